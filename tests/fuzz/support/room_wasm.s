#include "textflag.h"

// room's own arguments are at its caller's stack pointer. *g begins with the lowest address of its stack
// (runtime/runtime2.go). The call itself pushes 8 bytes.
TEXT ·room(SB),NOSPLIT,$0-8
	MOVD $ret+0(FP), R0
	MOVD g, R1
	MOVD 0(R1), R1
	Get R0
	Get R1
	I64Sub
	I64Const $8
	I64Sub
	Set R0
	MOVD R0, ret+0(FP)
	RET
