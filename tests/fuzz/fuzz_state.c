/* Any bytes are a state, or one of the errors that the reader may give; and what was read, written and read again is the
 * same. The bytes are tried as a file, and as the content of a frame whose checksum holds. */
#include <stdint.h>
#include <stdlib.h>
#include <zstd.h>

#include "engine/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

/* Copies a state; false where it is none. */
static bool rewrite(const char *bytes, size_t size, struct sift_state_buffer *out) {
  struct sift_state_bytes input = {sift_span(bytes, size)};
  struct sift_state_reader *reader = NULL;
  struct sift_state_writer *writer = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_state_reader_new(&reader, sift_state_bytes_input(&input));
  if (status == SIFT_OK) {
    status = sift_state_writer_new(&writer, sift_state_buffer_output(out), sift_state_reader_header(reader));
    require(status == SIFT_OK);
    while ((status = sift_state_next(reader, &space)) == SIFT_OK) {
      for (uint32_t i = 0; i < space->evidence_count; i++) {
        sift_sample_field(&space->evidence[i].sample, i);
      }
      require(sift_state_write(writer, space) == SIFT_OK);
    }
  }
  if (status == SIFT_END) {
    require(sift_state_finish(writer, sift_state_reader_fleet(reader)) == SIFT_OK);
  } else {
    require(status == SIFT_ECORRUPT || status == SIFT_EFORMAT || status == SIFT_ETRUNCATED || status == SIFT_EVERSION);
  }
  sift_state_writer_free(writer);
  sift_state_reader_free(reader);
  return status == SIFT_END;
}

static void try_state(const char *bytes, size_t size) {
  struct sift_state_buffer first = {0};
  struct sift_state_buffer second = {0};
  if (rewrite(bytes, size, &first)) {
    require(rewrite(first.bytes, first.size, &second));
    require(first.size == second.size && memcmp(first.bytes, second.bytes, first.size) == 0);
  }
  sift_state_buffer_release(&first);
  sift_state_buffer_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  try_state((const char *)data, size);
  size_t room = ZSTD_compressBound(size);
  char *frame = malloc(room);
  require(frame != NULL);
  try_state(frame, ZSTD_compress(frame, room, data, size, 1));
  free(frame);
  return 0;
}
