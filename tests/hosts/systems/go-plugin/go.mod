module gowasp.test/hosts/go-plugin

go 1.25.0

require (
	github.com/knqyf263/go-plugin v0.9.0
	github.com/tetratelabs/wazero v1.9.0
)

require google.golang.org/protobuf v1.30.0 // indirect
