#include "textflag.h"

// mayMove is called before each stack check (-d=maymorestack=main.mayMove) and has it move the stack, as the runtime's own
// mayMoreStackMove does (runtime/debug.go): by the guard stackForceMove, which is -275 (runtime/stack.go).
//
// Where little room is left it restores the guard, stack.lo + 928: on wasm the check of a frame of more than 128 bytes adds the
// rest to the guard in 32 bits (cmd/internal/obj/wasm/wasmobj.go), which wraps, so that with stackForceMove it would see nothing.
// g begins with stack.lo, stack.hi and stackguard0; above -4096 a guard has another meaning already, as stackPreempt.
TEXT ·mayMove(SB),NOSPLIT,$0-0
	MOVD g, R0
	MOVD 0(R0), R1
	Get SP
	I64ExtendI32U
	Get R1
	I64Sub
	I64Const $32768
	I64LtU
	If
		I64Const $928
		Get R1
		I64Add
		Set R2
		MOVD R2, 16(R0)
		RET
	End
	MOVD 16(R0), R2
	Get R2
	I64Const $-4096
	I64LtU
	If
		I64Const $-275
		Set R2
		MOVD R2, 16(R0)
	End
	RET
