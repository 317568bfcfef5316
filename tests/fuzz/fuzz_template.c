/* Property: any text is a template or is refused with a message; what it gives for any values has the length it was said to
 * have, and asks for no variable that is not in the table. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/template.h"

static void compose(const struct sift_template *form, const struct sift_span *values) {
  struct sift_template_choice choice = sift_template_choose(form, values);
  assert(choice.first <= form->piece_count && choice.last <= form->piece_count);
  if (choice.room == 0) {
    return;
  }
  char *out = malloc(choice.room); /* exactly: a byte too many is found */
  memset(out, 0, choice.room);
  sift_template_write(form, &choice, values, out);
  for (size_t i = 0; i < choice.room; i++) {
    assert(out[i] != 0);
  }
  free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sift_variables variables;
  struct sift_template form;
  char error[128];
  if (size < 2) {
    return 0;
  }
  char *text = malloc(size);
  memcpy(text, data + 1, size - 1);
  text[size - 1] = '\0';
  variables.count = 0;
  memset(error, 'x', sizeof error);
  enum sift_status status =
      sift_template_init(&form, (enum sift_protocol_kind)(data[0] % 3), text, &variables, error, sizeof error);
  if (status != SIFT_OK) {
    assert(status == SIFT_EINVAL && form.literals == NULL && memchr(error, '\0', sizeof error) != NULL);
    free(text);
    return 0;
  }
  for (size_t i = 0; i < form.piece_count; i++) {
    assert(form.pieces[i].kind != SIFT_PIECE_VARIABLE || form.pieces[i].variable < variables.count);
  }
  struct sift_span values[SIFT_VARIABLES_MAX];
  for (unsigned round = 0; round < 8; round++) {
    for (size_t i = 0; i < SIFT_VARIABLES_MAX; i++) {
      unsigned pick = (data[0] * 7U + round * 3U + (unsigned)i * 5U) % 3;
      values[i] = pick == 0 ? sift_span(NULL, 0) : pick == 1 ? sift_span("", 0) : sift_span("value", 1 + i % 5);
    }
    compose(&form, values);
  }
  sift_template_release(&form);
  free(text);
  return 0;
}
