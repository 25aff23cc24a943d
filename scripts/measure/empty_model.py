"""Writes a model folder with the published dimensions, no weights, and a word-level tokenizer of the full vocabulary."""
import json,sys,os
def common(layers): return dict(full_attention_interval=4, head_dim=256, linear_key_head_dim=128, linear_value_head_dim=128, linear_num_key_heads=16, linear_conv_kernel_dim=4, mamba_ssm_dtype='float32', vocab_size=248320, max_position_embeddings=262144, rms_norm_eps=1e-6, attn_output_gate=True, attention_bias=False, hidden_act='silu', mtp_num_hidden_layers=1,
  rope_parameters=dict(rope_type='default', rope_theta=10000000, partial_rotary_factor=0.25, mrope_interleaved=True, mrope_section=[11,11,10]),
  layer_types=['full_attention' if (i+1)%4==0 else 'linear_attention' for i in range(layers)], num_hidden_layers=layers, dtype='bfloat16', eos_token_id=248044, tie_word_embeddings=False)
M={
 '35B':('moe',dict(hidden_size=2048,num_attention_heads=16,num_key_value_heads=2,linear_num_value_heads=32,num_experts=256,num_experts_per_tok=8,moe_intermediate_size=512,shared_expert_intermediate_size=512,router_aux_loss_coef=0.001,output_router_logits=False),40,dict(depth=27,hidden_size=1152,out_hidden_size=2048,intermediate_size=4304),True),
 '27B':('dense',dict(hidden_size=5120,num_attention_heads=24,num_key_value_heads=4,linear_num_value_heads=48,intermediate_size=17408),64,dict(depth=27,hidden_size=1152,out_hidden_size=5120,intermediate_size=4304),True),
 '9B':('dense',dict(hidden_size=4096,num_attention_heads=16,num_key_value_heads=4,linear_num_value_heads=32,intermediate_size=12288),32,dict(depth=27,hidden_size=1152,out_hidden_size=4096,intermediate_size=4304),False),
}
def main(root,names):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    t=Tokenizer(WordLevel({f'w{i}':i for i in range(248320)},unk_token='w0')); t.pre_tokenizer=WhitespaceSplit()
    for n in names:
        kind,dims,layers,vis,fp8=M[n]; p=f'{root}/{n}'; os.makedirs(p,exist_ok=True)
        moe=kind=='moe'
        text={**common(layers),**dims,'model_type':'qwen3_5_moe_text' if moe else 'qwen3_5_text'}
        cfg=dict(architectures=['Qwen3_5MoeForConditionalGeneration' if moe else 'Qwen3_5ForConditionalGeneration'],model_type='qwen3_5_moe' if moe else 'qwen3_5',dtype='bfloat16',tie_word_embeddings=False,
          image_token_id=248056,video_token_id=248057,vision_start_token_id=248053,vision_end_token_id=248054,text_config=text,
          vision_config=dict(model_type='qwen3_5_moe' if moe else 'qwen3_5',num_heads=16,patch_size=16,spatial_merge_size=2,temporal_patch_size=2,in_channels=3,num_position_embeddings=2304,hidden_act='gelu_pytorch_tanh',deepstack_visual_indexes=[],initializer_range=0.02,**vis))
        if fp8:
            skip=['lm_head','model.language_model.embed_tokens','model.visual']
            for i in range(layers):
                b=f'model.language_model.layers.{i}.'
                if (i+1)%4: skip+=[b+'linear_attn.in_proj_a',b+'linear_attn.in_proj_b',b+'linear_attn.conv1d']
                if moe: skip+=[b+'mlp.gate',b+'mlp.shared_expert_gate']
            cfg['quantization_config']=dict(quant_method='fp8',activation_scheme='dynamic',weight_block_size=[128,128],modules_to_not_convert=skip)
        json.dump(cfg,open(p+'/config.json','w'),indent=1)
        json.dump(dict(eos_token_id=248044,do_sample=False),open(p+'/generation_config.json','w'))
        t.save(p+'/tokenizer.json')
        json.dump(dict(tokenizer_class='PreTrainedTokenizerFast',model_max_length=262144,unk_token='w0'),open(p+'/tokenizer_config.json','w'))
        json.dump(dict(image_processor_type='Qwen2VLImageProcessorFast',processor_class='Qwen3VLProcessor',patch_size=16,merge_size=2,temporal_patch_size=2,size=dict(shortest_edge=65536,longest_edge=16777216)),open(p+'/preprocessor_config.json','w'))
        json.dump(dict(video_processor_type='Qwen3VLVideoProcessor',processor_class='Qwen3VLProcessor',patch_size=16,merge_size=2,temporal_patch_size=2,size=dict(shortest_edge=4096,longest_edge=25165824)),open(p+'/video_preprocessor_config.json','w'))
main(sys.argv[1],sys.argv[2:])
