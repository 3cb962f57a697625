      ;; Stands in `start.wat` at lines READ: the number at STREAM, which goes on behind it, becomes $token.
      (local.set $token (i32.load8_u (local.get STREAM)))
      (local.set STREAM (i32.add (local.get STREAM) (i32.const 1)))
      (if (i32.gt_u (local.get $token) (i32.const 0x7f))
        (then
          (local.set $token (i32.and (local.get $token) (i32.const 0x7f)))
          (local.set $shift (i32.const 7))
          (loop $more
            (local.set $byte (i32.load8_u (local.get STREAM)))
            (local.set STREAM (i32.add (local.get STREAM) (i32.const 1)))
            (local.set $token (i32.or (local.get $token)
              (i32.shl (i32.and (local.get $byte) (i32.const 0x7f)) (local.get $shift))))
            (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
            (br_if $more (i32.gt_u (local.get $byte) (i32.const 0x7f))))))
