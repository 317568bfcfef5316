/* Each block is compressed as a zstd frame of its own, outside the lock: frames in a row are a valid file, so workers only
 * meet to append. */
#include "tools/spacesift/event_output.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "engine/event.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/output.h"

enum { LEVEL = 1 };

/* What one compression needs; kept for the next one. */
struct packer {
  ZSTD_CCtx *context;
  char *bytes;
  size_t capacity;
  struct packer *next;
};

struct sift_event_output {
  struct sift_output file;
  struct sift_event_sink sink;
  bool compress;
  pthread_mutex_t lock; /* of what follows, and of the file */
  struct packer *idle;
};

static void packer_free(struct packer *packer) {
  if (packer != NULL) {
    ZSTD_freeCCtx(packer->context);
    free(packer->bytes);
    free(packer);
  }
}

static struct packer *take_packer(struct sift_event_output *output) {
  pthread_mutex_lock(&output->lock);
  struct packer *packer = output->idle;
  if (packer != NULL) {
    output->idle = packer->next;
  }
  pthread_mutex_unlock(&output->lock);
  if (packer != NULL) {
    return packer;
  }
  packer = calloc(1, sizeof *packer);
  if (packer != NULL) {
    packer->context = ZSTD_createCCtx();
    if (packer->context == NULL) {
      packer_free(packer);
      packer = NULL;
    }
  }
  return packer;
}

static enum sift_status append(struct sift_event_output *output, struct sift_span bytes, struct packer *packer) {
  pthread_mutex_lock(&output->lock);
  enum sift_status status = sift_output_write(&output->file, bytes.data, bytes.len);
  if (packer != NULL) {
    packer->next = output->idle;
    output->idle = packer;
  }
  pthread_mutex_unlock(&output->lock);
  return status;
}

static enum sift_status compress_and_append(struct sift_event_output *output, struct sift_span block) {
  struct packer *packer = take_packer(output);
  if (packer == NULL) {
    return SIFT_ENOMEM;
  }
  size_t bound = ZSTD_compressBound(block.len);
  if (bound > packer->capacity) {
    char *bytes = realloc(packer->bytes, bound);
    if (bytes == NULL) {
      packer_free(packer);
      return SIFT_ENOMEM;
    }
    packer->bytes = bytes;
    packer->capacity = bound;
  }
  size_t size = ZSTD_compressCCtx(packer->context, packer->bytes, packer->capacity, block.data, block.len, LEVEL);
  if (ZSTD_isError(size)) {
    packer_free(packer);
    return SIFT_ENOMEM;
  }
  return append(output, sift_span(packer->bytes, size), packer);
}

static enum sift_status write_block(void *context, struct sift_span block) {
  struct sift_event_output *output = context;
  return output->compress ? compress_and_append(output, block) : append(output, block, NULL);
}

static enum sift_status write_header(struct sift_event_output *output, const struct sift_ruleset *ruleset) {
  struct sift_event_encoder *encoder = NULL;
  enum sift_status status = sift_event_encoder_new(&encoder, ruleset);
  if (status == SIFT_OK) {
    status = sift_event_encode_header(encoder, SIFT_VERSION);
  }
  if (status == SIFT_OK) {
    status = write_block(output, sift_event_block(encoder));
  }
  sift_event_encoder_free(encoder);
  return status;
}

struct sift_event_output *sift_event_output_new(const char *path, const struct sift_ruleset *ruleset) {
  struct sift_event_output *output = calloc(1, sizeof *output);
  if (output == NULL || !sift_output_open(&output->file, path)) {
    free(output);
    return NULL;
  }
  size_t len = strlen(path);
  pthread_mutex_init(&output->lock, NULL);
  output->compress = len > 4 && strcmp(path + len - 4, ".zst") == 0;
  output->sink = (struct sift_event_sink){write_block, output};
  if (write_header(output, ruleset) != SIFT_OK) {
    sift_event_output_finish(output, false);
    return NULL;
  }
  return output;
}

const struct sift_event_sink *sift_event_output_sink(struct sift_event_output *output) {
  return &output->sink;
}

bool sift_event_output_finish(struct sift_event_output *output, bool good) {
  bool closed = sift_output_close(&output->file, good);
  while (output->idle != NULL) {
    struct packer *packer = output->idle;
    output->idle = packer->next;
    packer_free(packer);
  }
  pthread_mutex_destroy(&output->lock);
  free(output);
  return closed;
}
