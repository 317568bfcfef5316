#include "engine/unzstd.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { INPUT_BYTES = 32 * 1024 };

struct sift_unzstd {
  struct sift_state_input input;
  ZSTD_DCtx *zstd;
  ZSTD_inBuffer in;
  bool begun; /* some byte has come */
  bool ended; /* the frame has */
  char bytes[INPUT_BYTES];
};

enum sift_status sift_unzstd_new(struct sift_unzstd **out, struct sift_state_input input, unsigned window_log_max) {
  *out = NULL;
  struct sift_unzstd *unzstd = malloc(sizeof *unzstd);
  if (unzstd == NULL) {
    return SIFT_ENOMEM;
  }
  unzstd->input = input;
  unzstd->in = (ZSTD_inBuffer){.src = unzstd->bytes};
  unzstd->begun = false;
  unzstd->ended = false;
  unzstd->zstd = ZSTD_createDCtx();
  if (unzstd->zstd == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(unzstd->zstd, ZSTD_d_windowLogMax, (int)window_log_max))) {
    sift_unzstd_free(unzstd);
    return SIFT_ENOMEM;
  }
  *out = unzstd;
  return SIFT_OK;
}

void sift_unzstd_free(struct sift_unzstd *unzstd) {
  if (unzstd != NULL) {
    ZSTD_freeDCtx(unzstd->zstd);
    free(unzstd);
  }
}

static enum sift_status refill(struct sift_unzstd *unzstd) {
  if (unzstd->in.pos < unzstd->in.size) {
    return SIFT_OK;
  }
  size_t got = 0;
  enum sift_status status = unzstd->input.read(unzstd->input.context, unzstd->bytes, INPUT_BYTES, &got);
  if (status != SIFT_OK && status != SIFT_END) {
    return status;
  }
  unzstd->in.size = got;
  unzstd->in.pos = 0;
  unzstd->begun = unzstd->begun || got > 0;
  return got > 0 ? SIFT_OK : SIFT_END;
}

static enum sift_status error_of(size_t code) {
  switch (ZSTD_getErrorCode(code)) {
  case ZSTD_error_prefix_unknown:
    return SIFT_EFORMAT;
  case ZSTD_error_memory_allocation:
    return SIFT_ENOMEM;
  default:
    return SIFT_ECORRUPT;
  }
}

static enum sift_status read_frame(void *context, char *buffer, size_t size, size_t *got) {
  struct sift_unzstd *unzstd = context;
  ZSTD_outBuffer out = {.dst = buffer, .size = size};
  *got = 0;
  while (out.pos == 0) {
    enum sift_status status = refill(unzstd);
    if (unzstd->ended) {
      return status == SIFT_OK ? SIFT_ECORRUPT : status;
    }
    if (status == SIFT_END) {
      return unzstd->begun ? SIFT_ETRUNCATED : SIFT_EFORMAT;
    }
    if (status != SIFT_OK) {
      return status;
    }
    size_t left = ZSTD_decompressStream(unzstd->zstd, &out, &unzstd->in);
    if (ZSTD_isError(left)) {
      return error_of(left);
    }
    unzstd->ended = left == 0;
  }
  *got = out.pos;
  return SIFT_OK;
}

struct sift_state_input sift_unzstd_input(struct sift_unzstd *unzstd) {
  return (struct sift_state_input){.read = read_frame, .context = unzstd, .content = true};
}
