module example.com/functions

go 1.21

require github.com/gowasp/gowasp/go v0.0.0

// Until the package has a release: where it lies.
replace github.com/gowasp/gowasp/go => ../../go
