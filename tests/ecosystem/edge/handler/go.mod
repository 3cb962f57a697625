module handler

go 1.21

require github.com/gowasp/gowasp/go v0.0.0

replace github.com/gowasp/gowasp/go => ../../../../go
