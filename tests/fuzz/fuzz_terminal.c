/* Whatever the bytes and the width: what reaches a terminal holds no control character and no direction mark, is valid
 * UTF-8, and takes no more columns than it was given. */
#include <stdint.h>
#include <stdlib.h>

#include "engine/character.h"
#include "tools/spacesift/terminal.h"

static void require(int condition) {
  if (!condition) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) {
    return 0;
  }
  size_t columns = data[0];
  struct sift_text text;
  sift_text_init(&text, false);
  require(sift_text_safe(&text, sift_span((const char *)data + 1, size - 1), columns) <= columns);
  require(!text.failed);
  struct sift_span shown = sift_span(text.bytes, text.len);
  while (shown.len > 0) {
    size_t len = 0;
    uint32_t code = sift_character_next(shown, &len);
    require(code != SIFT_NO_CHARACTER && code >= 0x20 && !(code >= 0x7F && code < 0xA0));
    require(!(code >= 0x202A && code <= 0x202E) && !(code >= 0x2066 && code <= 0x2069));
    shown = sift_span(shown.data + len, shown.len - len);
  }
  sift_text_release(&text);
  return 0;
}
