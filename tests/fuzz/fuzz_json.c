/* A JSON string is valid UTF-8 without control characters, reads back as the input where that was valid UTF-8, and differs
 * only by U+FFFD where it was not. */
#include <stdint.h>
#include <stdlib.h>

#include "engine/character.h"
#include "engine/json.h"

static void require(int condition) {
  if (!condition) {
    abort();
  }
}

static uint32_t read_hex(struct sift_span *text) {
  uint32_t value = 0;
  require(text->len >= 4);
  for (int i = 0; i < 4; i++) {
    char digit = text->data[i];
    require((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
    value = value * 16 + (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  *text = sift_span(text->data + 4, text->len - 4);
  return value;
}

static uint32_t read_character(struct sift_span *text) {
  size_t len = 0;
  uint32_t code = sift_character_next(*text, &len);
  *text = sift_span(text->data + len, text->len - len);
  return code;
}

/* One character of the string, its escapes undone. */
static uint32_t read_back(struct sift_span *text) {
  static const char names[] = "bfnrt\"\\";
  static const char values[] = "\b\f\n\r\t\"\\";
  uint32_t code = read_character(text);
  require(code != SIFT_NO_CHARACTER && code >= 0x20 && code != '"');
  if (code != '\\') {
    return code;
  }
  require(text->len > 0);
  uint32_t name = read_character(text);
  if (name == 'u') {
    return read_hex(text);
  }
  const char *found = strchr(names, (int)name);
  require(name < 0x80 && name != 0 && found != NULL);
  return (uint32_t)values[found - names];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_json json;
  sift_json_init(&json);
  sift_json_string(&json, sift_span((const char *)data, size));
  require(!json.failed && json.len >= 2 && json.bytes[0] == '"' && json.bytes[json.len - 1] == '"');
  struct sift_span string = sift_span(json.bytes + 1, json.len - 2);
  struct sift_span input = sift_span((const char *)data, size);
  while (input.len > 0) {
    uint32_t code = read_character(&input);
    require(string.len > 0);
    require(read_back(&string) == (code == SIFT_NO_CHARACTER ? 0xFFFD : code));
  }
  require(string.len == 0);
  sift_json_release(&json);
  return 0;
}
