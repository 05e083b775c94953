// Command imports writes a Go file that links every v3 package of Envoy's API and of xDS into the program, so that their
// descriptors are in the registry. The list is made at generation time: a new Envoy version brings its new packages by itself.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
)

var modules = []string{
	"github.com/envoyproxy/go-control-plane/envoy/...",
	"github.com/cncf/xds/go/...",
}

func main() {
	listed, err := exec.Command("go", append([]string{"list"}, modules...)...).Output()
	if err != nil {
		log.Fatalf("go list: %v", err)
	}
	var file strings.Builder
	file.WriteString("package main\n\nimport (\n")
	for _, name := range strings.Fields(string(listed)) {
		if isCurrent(name) {
			fmt.Fprintf(&file, "\t_ %q\n", name)
		}
	}
	file.WriteString(")\n")
	if err := os.WriteFile("api_imports.go", []byte(file.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

// isCurrent leaves out Envoy's v2 API, which Envoy itself no longer reads.
func isCurrent(name string) bool {
	if strings.HasPrefix(name, "github.com/cncf/xds/go/") {
		return true
	}
	return strings.HasSuffix(name, "/v3")
}
