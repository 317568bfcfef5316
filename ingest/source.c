/* Tells what a source's first bytes are and puts the right decoder over it. */
#include "ingest/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "ingest/source_internal.h"

enum { MAGIC_BYTES = 4, WINDOW_LOG_MIN = 10, WINDOW_LOG_MAX = 31, WINDOW_LOG_DEFAULT = 27 };

enum sift_status sift_source_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  assert(size > 0);
  *got = 0;
  enum sift_status status = source->ops->read(source, buffer, size, got);
  assert(status != SIFT_OK || (*got > 0 && *got <= size));
  return status;
}

void sift_source_free(struct sift_source *source) {
  if (source != NULL) {
    source->ops->free(source);
  }
}

void sift_source_spares_release(struct sift_source_spares *spares) {
  free(spares->input);
  ZSTD_freeDCtx(spares->zstd);
  *spares = (struct sift_source_spares){0};
}

enum sift_status sift_source_fail(struct sift_source *source, enum sift_status status, enum sift_reason reason) {
  source->reason = reason;
  return status;
}

enum sift_status sift_input_new(struct sift_input **out, struct sift_source *bytes, struct sift_source_spares *spares) {
  *out = spares != NULL ? spares->input : NULL;
  if (*out != NULL) {
    spares->input = NULL;
  } else {
    *out = malloc(sizeof **out);
  }
  if (*out == NULL) {
    sift_source_free(bytes);
    return SIFT_ENOMEM;
  }
  (*out)->bytes = bytes;
  (*out)->at = 0;
  (*out)->len = 0;
  (*out)->ended = SIFT_OK;
  (*out)->spares = spares;
  return SIFT_OK;
}

void sift_input_free(struct sift_input *input) {
  if (input == NULL) {
    return;
  }
  sift_source_free(input->bytes);
  if (input->spares != NULL && input->spares->input == NULL) {
    input->spares->input = input;
  } else {
    free(input);
  }
}

enum sift_status sift_input_more(struct sift_input *input) {
  if (input->ended != SIFT_OK) {
    return input->ended;
  }
  if (input->at == input->len) {
    input->at = 0;
    input->len = 0;
  } else if (input->at > 0 && input->len == SIFT_INPUT_BYTES) {
    memmove(input->data, input->data + input->at, input->len - input->at);
    input->len -= input->at;
    input->at = 0;
  }
  size_t got = 0;
  assert(input->len < SIFT_INPUT_BYTES);
  input->ended = sift_source_read(input->bytes, input->data + input->len, SIFT_INPUT_BYTES - input->len, &got);
  input->len += got;
  return input->ended;
}

size_t sift_input_peek(struct sift_input *input, size_t want) {
  assert(want <= 64);
  while (input->len - input->at < want && sift_input_more(input) == SIFT_OK) {}
  return input->len - input->at;
}

uint64_t sift_input_used(const struct sift_input *input) {
  return input->bytes->consumed - (input->len - input->at);
}

/* Text that stands as it is: what was read ahead first, then straight from below. */
struct plain {
  struct sift_source base;
  struct sift_input *input;
};

static enum sift_status plain_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  struct sift_input *input = ((struct plain *)source)->input;
  enum sift_status status = input->ended;
  if (input->at < input->len) {
    *got = input->len - input->at < size ? input->len - input->at : size;
    memcpy(buffer, input->data + input->at, *got);
    input->at += *got;
    status = SIFT_OK;
  } else if (status == SIFT_OK) {
    status = sift_source_read(input->bytes, buffer, size, got);
  }
  source->consumed = sift_input_used(input);
  source->reason = status < 0 ? input->bytes->reason : SIFT_REASONS;
  return status;
}

static void plain_free(struct sift_source *source) {
  struct plain *plain = (struct plain *)source;
  sift_input_free(plain->input);
  free(plain);
}

enum sift_status sift_source_plain(struct sift_source **out, struct sift_input *input) {
  static const struct sift_source_ops ops = {"plain", plain_read, plain_free};
  struct plain *plain = malloc(sizeof *plain);
  *out = NULL;
  if (plain == NULL) {
    sift_input_free(input);
    return SIFT_ENOMEM;
  }
  *plain = (struct plain){.base = {.ops = &ops, .reason = SIFT_REASONS}, .input = input};
  *out = &plain->base;
  return SIFT_OK;
}

static unsigned window_log(const struct sift_source_limits *limits) {
  unsigned log = limits != NULL && limits->window_log_max != 0 ? limits->window_log_max : WINDOW_LOG_DEFAULT;
  return log < WINDOW_LOG_MIN ? WINDOW_LOG_MIN : log > WINDOW_LOG_MAX ? WINDOW_LOG_MAX : log;
}

enum sift_status sift_source_detect(struct sift_source **out, struct sift_source *bytes, const struct sift_source_limits *limits,
                                    enum sift_reason *reason) {
  *out = NULL;
  *reason = SIFT_REASONS;
  struct sift_input *input = NULL;
  enum sift_status status = sift_input_new(&input, bytes, limits != NULL ? limits->spares : NULL);
  if (status != SIFT_OK) {
    return status;
  }
  size_t len = sift_input_peek(input, MAGIC_BYTES);
  if (len == 0) {
    status = input->ended;
    *reason = status == SIFT_END ? SIFT_REASON_EMPTY : input->bytes->reason;
    sift_input_free(input);
    return status;
  }
  const char *head = input->data + input->at;
  if (len >= MAGIC_BYTES && sift_zstd_begins(head, len)) {
    return sift_source_zstd(out, input, window_log(limits));
  }
  if (sift_gzip_begins(head, len)) {
    return sift_source_gzip(out, input);
  }
  return sift_source_plain(out, input);
}

enum sift_status sift_source_open(struct sift_source **out, const char *path, const struct sift_source_limits *limits,
                                  enum sift_reason *reason) {
  *out = NULL;
  *reason = SIFT_REASONS;
  struct sift_source *file = NULL;
  enum sift_status status = sift_source_file(&file, path, reason);
  return status == SIFT_OK ? sift_source_detect(out, file, limits, reason) : status;
}
