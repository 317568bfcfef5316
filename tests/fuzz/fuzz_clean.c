/* Property: cleaned text has no escape and no return, never more newlines than newlines and returns before, and every byte that is
 * left stands in the input where the edits say. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clean.h"

static void check_offsets(const struct sift_cleaner *cleaner, const char *text, size_t len, const uint8_t *data, size_t size) {
  struct sift_batch batch = {.edits = cleaner->edits,
                             .edit_count = cleaner->edit_count,
                             .returns = cleaner->returns,
                             .return_count = cleaner->return_count};
  uint64_t last = 0;
  for (uint32_t i = 0; i < len; i++) {
    uint64_t offset = sift_batch_input_offset(&batch, i);
    assert(offset < size && (i == 0 || offset > last));
    assert(data[offset] == (uint8_t)text[i] || (data[offset] == '\r' && text[i] == '\n'));
    last = offset;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size > 0 ? size : 1);
  char *plain = malloc(size > 0 ? size : 1);
  if (text == NULL || plain == NULL) {
    abort();
  }
  if (size > 0) {
    memcpy(text, data, size);
    memcpy(plain, data, size);
  }
  struct sift_cleaner cleaner;
  sift_cleaner_init(&cleaner);
  struct sift_survey before = sift_survey(text, size);
  size_t len = sift_clean(&cleaner, text, size);
  assert(len <= size);
  struct sift_survey after = sift_survey(text, len);
  assert(!after.escapes && !after.returns);
  assert(after.newlines == before.newlines + cleaner.return_count);
  check_offsets(&cleaner, text, len, data, size);
  assert(sift_clean_plain(plain, size) == len && memcmp(plain, text, len) == 0);
  sift_cleaner_release(&cleaner);
  free(plain);
  free(text);
  return 0;
}
