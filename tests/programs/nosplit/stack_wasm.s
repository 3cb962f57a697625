#include "textflag.h"

// func stackEnd() uintptr: g.stack.lo, the first field of g (runtime/runtime2.go).
TEXT ·stackEnd(SB),NOSPLIT,$0-8
	MOVD 0(g), R0
	MOVD R0, ret+0(FP)
	RET
