# Writes the file LOG as bytes into the C file OUT: sift_typical_text() of typical.h. Run as: cmake -DOUT=… -DLOG=… -P typical.cmake
file(READ "${LOG}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUT}" "/* Made by engine/typical.cmake from engine/typical.log; not to be edited. */
#include \"engine/typical.h\"

static const unsigned char text[] = {${bytes}0x00};

struct sift_span sift_typical_text(void) {
  return sift_span((const char *)text, sizeof text - 1);
}
")
