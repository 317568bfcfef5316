/* Any bytes are events, or one of the errors that the reader may give, and the pieces in which they come make no difference. */
#include <stdint.h>
#include <stdlib.h>

#include "engine/event_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pieces {
  struct sift_span rest;
  size_t step;
};

static enum sift_status read_piece(void *context, char *buffer, size_t size, size_t *got) {
  struct pieces *pieces = context;
  *got = size < pieces->step ? size : pieces->step;
  *got = *got < pieces->rest.len ? *got : pieces->rest.len;
  if (*got > 0) {
    memcpy(buffer, pieces->rest.data, *got);
    pieces->rest = sift_span(pieces->rest.data + *got, pieces->rest.len - *got);
  }
  return SIFT_OK;
}

/* What came of it, as numbers to compare. */
struct outcome {
  enum sift_status status;
  uint64_t events, offset, text_bytes;
};

static struct outcome read_all(const uint8_t *data, size_t size, size_t step) {
  struct pieces pieces = {sift_span((const char *)data, size), step};
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *event = NULL;
  struct outcome outcome = {.status = SIFT_OK};
  if (sift_event_reader_new(&reader, (struct sift_state_input){.read = read_piece, .context = &pieces}) != SIFT_OK) {
    abort();
  }
  while ((outcome.status = sift_event_next(reader, &event)) == SIFT_OK) {
    outcome.events++;
    outcome.text_bytes += event->text.len + event->space.len + event->rule.len;
    for (uint32_t i = 0; i < event->field_count; i++) {
      outcome.text_bytes += event->fields[i].name.len + event->fields[i].value.len;
    }
  }
  outcome.offset = sift_event_reader_offset(reader);
  sift_event_reader_free(reader);
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct outcome whole = read_all(data, size, SIZE_MAX);
  struct outcome pieces = read_all(data, size, 7);
  bool allowed = whole.status == SIFT_END || whole.status == SIFT_EFORMAT || whole.status == SIFT_EVERSION ||
                 whole.status == SIFT_ECORRUPT || whole.status == SIFT_ETRUNCATED;
  bool same = whole.status == pieces.status && whole.events == pieces.events && whole.offset == pieces.offset &&
              whole.text_bytes == pieces.text_bytes;
  if (!allowed || !same || whole.offset > size) {
    abort();
  }
  return 0;
}
