#include "engine/harmless.h"

#include <stdbool.h>

#include "engine/character.h"

/* Characters that steer a terminal or turn the direction of what follows (Unicode bidirectional controls), so that a text
 * could show itself as something else; and those that take no column. */
static bool is_harmful(uint32_t code) {
  return code == SIFT_NO_CHARACTER || code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x061C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
         code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

struct sift_span sift_harmless_next(struct sift_span text, char room[SIFT_HARMLESS_BYTES], size_t *taken, uint32_t *code) {
  *code = sift_character_next(text, taken);
  if (*code == '\t') {
    *code = ' ';
    return sift_span(" ", 1);
  }
  if (!is_harmful(*code)) {
    return sift_span(text.data, *taken);
  }
  int len = 0;
  if (*code == SIFT_NO_CHARACTER || *code < 0x80) {
    for (size_t i = 0; i < *taken; i++) {
      len += snprintf(room + len, SIFT_HARMLESS_BYTES - (size_t)len, "\\x%02x", (unsigned char)text.data[i]);
    }
  } else {
    len = snprintf(room, SIFT_HARMLESS_BYTES, "\\u{%x}", (unsigned)*code);
  }
  *code = SIFT_NO_CHARACTER;
  return sift_span(room, (size_t)len);
}

void sift_harmless_print(struct sift_span text, FILE *out) {
  while (text.len > 0) {
    char room[SIFT_HARMLESS_BYTES];
    size_t taken = 0;
    uint32_t code = 0;
    struct sift_span shown = sift_harmless_next(text, room, &taken, &code);
    fwrite(shown.data, 1, shown.len, out);
    text = sift_span(text.data + taken, text.len - taken);
  }
}
