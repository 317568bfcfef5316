#include "engine/own_file.h"

/* msgpack: a map of up to 15 pairs is 0x80 + pairs, a str of up to 31 bytes 0xa0 + length. */
bool sift_own_file_begins(struct sift_span bytes) {
  if (bytes.len == 0 || ((unsigned char)bytes.data[0] & 0xf0) != 0x80) {
    return false;
  }
  struct sift_span pair = sift_span(bytes.data + 1, bytes.len - 1);
  return sift_span_starts(pair, "\xa9spacesift\xa5state") || sift_span_starts(pair, "\xa9spacesift\xa6"
                                                                                    "events");
}
