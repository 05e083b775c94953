// Command schema writes shared/schema/envoy-api.json: every message, field, enum and validation rule of Envoy's v3 API, read
// from the descriptors that the Go module of the API carries. Run it through `npm run schema:update`.
package main

import (
	"log"
	"os"
	"runtime/debug"
)

//go:generate go run ./imports

const apiModule = "github.com/envoyproxy/go-control-plane/envoy"

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: schema OUTPUT")
	}
	table := collect()
	if len(table.messages) < 1000 {
		log.Fatalf("only %d messages are linked in: run `go generate` first", len(table.messages))
	}
	text, err := table.render(apiVersion())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], text, 0o644); err != nil {
		log.Fatal(err)
	}
}

func apiVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		log.Fatal("no build information")
	}
	for _, module := range info.Deps {
		if module.Path == apiModule {
			return module.Version
		}
	}
	log.Fatalf("%s is not linked in", apiModule)
	return ""
}
