module snapshot

go 1.24
