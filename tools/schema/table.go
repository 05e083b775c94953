package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// field is one field of a message. A type is a scalar name or the full name of a message or enum; `[]` before it means
// repeated, `{key}` before it means a map. The proto name is the key under which the field stands in its message.
type field struct {
	Number     int             `json:"n"`
	Type       string          `json:"t"`
	JSONName   string          `json:"json,omitempty"`
	Oneof      string          `json:"oneof,omitempty"`
	Optional   bool            `json:"optional,omitempty"`
	Deprecated bool            `json:"deprecated,omitempty"`
	Disallowed bool            `json:"disallowed,omitempty"`
	Sensitive  bool            `json:"sensitive,omitempty"`
	Wip        bool            `json:"wip,omitempty"`
	Rules      json.RawMessage `json:"rules,omitempty"`
}

type message struct {
	Fields         *orderedFields `json:"fields,omitempty"`
	RequiredOneofs []string       `json:"requiredOneofs,omitempty"`
	Reserved       []string       `json:"reserved,omitempty"`
	Deprecated     bool           `json:"deprecated,omitempty"`
	Wip            bool           `json:"wip,omitempty"`
	Unchecked      bool           `json:"unchecked,omitempty"`
}

type enum struct {
	Values     *orderedNumbers `json:"values"`
	Deprecated []string        `json:"deprecated,omitempty"`
	Disallowed []string        `json:"disallowed,omitempty"`
}

type table struct {
	messages map[string]*message
	enums    map[string]*enum
}

// collect reads every v3 message and whatever those refer to, directly or not.
func collect() *table {
	t := &table{messages: map[string]*message{}, enums: map[string]*enum{}}
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if isRoot(string(file.Package())) && !isDescriptor(file) {
			t.addMessages(file.Messages())
		}
		return true
	})
	return t
}

// isRoot tells whether a configuration can name messages of this package in an Any.
func isRoot(pkg string) bool {
	if pkg == "google.protobuf" || pkg == "udpa.type.v1" || strings.HasPrefix(pkg, "xds.") && !strings.Contains(pkg, "annotations") {
		return true
	}
	if strings.HasPrefix(pkg, "envoy.") {
		return strings.HasSuffix(pkg, ".v3")
	}
	return false
}

// isDescriptor leaves out the messages with which protobuf describes itself: no configuration holds one.
func isDescriptor(file protoreflect.FileDescriptor) bool {
	return file.Path() == "google/protobuf/descriptor.proto"
}

func (t *table) addMessages(list protoreflect.MessageDescriptors) {
	for i := range list.Len() {
		t.addMessage(list.Get(i))
	}
}

func (t *table) addMessage(md protoreflect.MessageDescriptor) {
	name := string(md.FullName())
	if md.IsMapEntry() || t.messages[name] != nil {
		return
	}
	entry := &message{
		RequiredOneofs: requiredOneofs(md),
		Reserved:       reservedNames(md),
		Deprecated:     isDeprecated(md.Options()),
		Wip:            isWipMessage(md),
		Unchecked:      isUnchecked(md),
	}
	t.messages[name] = entry
	t.addMessages(md.Messages())
	fields := md.Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if entry.Fields == nil {
			entry.Fields = &orderedFields{}
		}
		entry.Fields.add(string(fd.Name()), newField(fd))
		t.addReferences(fd)
	}
}

func (t *table) addReferences(fd protoreflect.FieldDescriptor) {
	if fd.IsMap() {
		t.addReferences(fd.MapValue())
		return
	}
	if fd.Message() != nil {
		t.addMessage(fd.Message())
	}
	if fd.Enum() != nil {
		t.addEnum(fd.Enum())
	}
}

func (t *table) addEnum(ed protoreflect.EnumDescriptor) {
	name := string(ed.FullName())
	if t.enums[name] != nil {
		return
	}
	entry := &enum{Values: &orderedNumbers{}}
	values := ed.Values()
	for i := range values.Len() {
		value := values.Get(i)
		entry.Values.add(string(value.Name()), int32(value.Number()))
		if isDeprecated(value.Options()) {
			entry.Deprecated = append(entry.Deprecated, string(value.Name()))
		}
		if isDisallowedValue(value) {
			entry.Disallowed = append(entry.Disallowed, string(value.Name()))
		}
	}
	t.enums[name] = entry
}

func newField(fd protoreflect.FieldDescriptor) field {
	entry := field{
		Number:     int(fd.Number()),
		Type:       typeName(fd),
		Optional:   fd.HasOptionalKeyword(),
		Deprecated: isDeprecated(fd.Options()),
		Disallowed: isDisallowed(fd),
		Sensitive:  isSensitive(fd),
		Wip:        isWipField(fd),
		Rules:      rulesOf(fd),
	}
	if fd.JSONName() != lowerCamel(string(fd.Name())) {
		entry.JSONName = fd.JSONName()
	}
	if oneof := fd.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		entry.Oneof = string(oneof.Name())
	}
	return entry
}

func typeName(fd protoreflect.FieldDescriptor) string {
	if fd.IsMap() {
		return fmt.Sprintf("{%s}%s", fd.MapKey().Kind(), singular(fd.MapValue()))
	}
	if fd.IsList() {
		return "[]" + singular(fd)
	}
	return singular(fd)
}

func singular(fd protoreflect.FieldDescriptor) string {
	if fd.Message() != nil {
		return string(fd.Message().FullName())
	}
	if fd.Enum() != nil {
		return string(fd.Enum().FullName())
	}
	return fd.Kind().String()
}

// lowerCamel is the JSON name that protoc derives: an underscore goes and the letter after it is raised.
func lowerCamel(name string) string {
	var out strings.Builder
	raise := false
	for _, r := range name {
		switch {
		case r == '_':
			raise = true
		case raise:
			out.WriteString(strings.ToUpper(string(r)))
			raise = false
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func reservedNames(md protoreflect.MessageDescriptor) []string {
	var names []string
	for i := range md.ReservedNames().Len() {
		names = append(names, string(md.ReservedNames().Get(i)))
	}
	return names
}

// render writes one line a message, sorted by name, so that a new Envoy version reads as a list of changes.
func (t *table) render(version string) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\"source\": \"%s %s\",\n\"enums\": {\n", apiModule, version)
	if err := writeEntries(&out, t.enums); err != nil {
		return nil, err
	}
	out.WriteString("},\n\"messages\": {\n")
	if err := writeEntries(&out, t.messages); err != nil {
		return nil, err
	}
	out.WriteString("}\n}\n")
	return out.Bytes(), nil
}

func writeEntries[T any](out *bytes.Buffer, entries map[string]T) error {
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		line, err := json.Marshal(entries[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		separator := ","
		if i == len(names)-1 {
			separator = ""
		}
		fmt.Fprintf(out, "%q:%s%s\n", name, line, separator)
	}
	return nil
}
