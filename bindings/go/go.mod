module github.com/leasehold/leasehold/bindings/go

go 1.22
