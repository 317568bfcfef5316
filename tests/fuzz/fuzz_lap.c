/* A lap from anywhere is read or refused with a reason; what was read, written and read again is the same. */
#include <stdlib.h>
#include <string.h>

#include "tools/measure/lap.h"

static void must(bool held) {
  if (!held) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_lap lap;
  struct sift_lap again;
  struct sift_text text;
  struct sift_text twice;
  char error[128] = "";
  if (sift_lap_read(&lap, sift_span((const char *)data, size), error, sizeof error) != SIFT_OK) {
    must(error[0] != '\0');
    return 0;
  }
  sift_text_init(&text, false);
  sift_text_init(&twice, false);
  sift_lap_write(&text, &lap);
  if (sift_lap_read(&again, sift_span(text.bytes, text.len), error, sizeof error) == SIFT_OK) {
    must(again.rule_count == lap.rule_count && again.found.hits == lap.found.hits);
    must(again.corpus_bytes == lap.corpus_bytes && again.sizes.database == lap.sizes.database);
    sift_lap_write(&twice, &again);
    must(text.len == twice.len);
    sift_lap_release(&again);
  } else {
    must(lap.rule_count > 0); /* an id that we would never write, e.g. with control characters */
  }
  sift_text_release(&text);
  sift_text_release(&twice);
  sift_lap_release(&lap);
  return 0;
}
