# Writes the rule files FILES (a list) as bytes into the C file OUT: sift_rules_builtin() of loader.h. READER are the sources that
# make a rule set of them: their hash goes in too, since what they make is kept in a cache.
# Run as: cmake -DOUT=… -DFILES=… -DREADER=… -P embed.cmake
set(reader "")
list(SORT READER)
foreach(file IN LISTS READER)
  file(SHA256 "${file}" hash)
  string(APPEND reader "${hash}")
endforeach()
string(SHA256 reader "${reader}")
set(arrays "")
set(table "")
set(count 0)
list(SORT FILES)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  get_filename_component(folder "${file}" DIRECTORY)
  get_filename_component(folder "${folder}" NAME)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  # A 0 behind the last byte keeps an empty file a valid array.
  string(APPEND arrays "static const unsigned char file_${count}[] = {${bytes}0x00};\n")
  string(APPEND table "    {\"${folder}/${name}\", {(const char *)file_${count}, sizeof file_${count} - 1}},\n")
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "the built-in pack has no rule files")
endif()

file(WRITE "${OUT}" "/* Made by patterns/embed.cmake from the rule files; not to be edited. */
#include \"patterns/loader.h\"

${arrays}
static const struct sift_rule_file files[] = {
${table}};

const struct sift_rule_file *sift_rules_builtin(size_t *count) {
  *count = sizeof files / sizeof files[0];
  return files;
}

const char *sift_rules_reader(void) {
  return \"${reader}\";
}
")
