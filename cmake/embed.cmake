# Writes ${output}: one C++ source that holds the files listed in ${inputs} (paths relative to ${root}), so that the binary is whole.
set(text "#include \"base/embedded.h\"\n\nnamespace explaingate {\nnamespace {\nconstexpr EmbeddedFile kFiles[] = {\n")
foreach(input ${inputs})
  file(READ ${root}/${input} content)
  string(APPEND text "{\"${input}\", R\"~~embedded~~(${content})~~embedded~~\"},\n")
endforeach()
string(APPEND text "};\n}  // namespace\nstd::span<const EmbeddedFile> embedded_files() { return kFiles; }\n}  // namespace explaingate\n")
file(WRITE ${output} "${text}")
