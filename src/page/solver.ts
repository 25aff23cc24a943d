/** Entry of the solver's program, which lies beside the planner's: HiGHS without its WebAssembly. */
import loadHighs from 'highs';

Object.assign(self, { loadHighs });
