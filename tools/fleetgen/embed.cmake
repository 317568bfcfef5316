# Writes the grammar's files FILES (a list) as bytes into the C file OUT: sift_gen_builtin() of notation.h.
# Run as: cmake -DOUT=… -DFILES=… -P embed.cmake
set(arrays "")
set(table "")
set(count 0)
list(SORT FILES)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char file_${count}[] = {${bytes}0x00};\n")
  string(APPEND table "    {\"grammar/${name}\", {(const char *)file_${count}, sizeof file_${count} - 1}},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE "${OUT}" "/* Made by tools/fleetgen/embed.cmake from the grammar's files; not to be edited. */
#include \"tools/fleetgen/notation.h\"

${arrays}
static const struct sift_gen_file files[] = {
${table}};

const struct sift_gen_file *sift_gen_builtin(size_t *count) {
  *count = sizeof files / sizeof files[0];
  return files;
}
")
