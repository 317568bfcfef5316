/* zstd: any number of frames, skippable ones among them (RFC 8878). */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "ingest/source_internal.h"

/* KEPT_BYTES_MAX: a context is kept for the next shard with a window of up to 8 MiB, which is all that usual levels make. */
enum { MAGIC_BYTES = 4, KEPT_BYTES_MAX = 9 * 1024 * 1024 };

struct zstd {
  struct sift_source base;
  struct sift_input *input;
  ZSTD_DCtx *context;
  bool in_frame;
  enum sift_status pending; /* what comes once all that was decoded is handed out */
};

int sift_zstd_begins(const char *data, size_t len) {
  static const unsigned char frame[MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
  static const unsigned char skippable[MAGIC_BYTES] = {0x50, 0x2a, 0x4d, 0x18};
  bool is_frame = true;
  bool is_skippable = true;
  for (size_t i = 0; i < MAGIC_BYTES && i < len; i++) {
    unsigned char byte = (unsigned char)data[i];
    is_frame &= byte == frame[i];
    is_skippable &= (i == 0 ? byte & 0xf0 : byte) == skippable[i];
  }
  return is_frame || is_skippable;
}

static enum sift_status damage(struct zstd *zstd, size_t error) {
  switch (ZSTD_getErrorCode(error)) {
  case ZSTD_error_frameParameter_windowTooLarge:
  case ZSTD_error_memory_allocation: /* only the window is allocated while decoding */
    return sift_source_fail(&zstd->base, SIFT_ELIMIT, SIFT_REASON_WINDOW_LIMIT);
  case ZSTD_error_dictionary_wrong:
  case ZSTD_error_dictionary_corrupted:
    return sift_source_fail(&zstd->base, SIFT_ECORRUPT, SIFT_REASON_DICTIONARY);
  default:
    return sift_source_fail(&zstd->base, SIFT_ECORRUPT, SIFT_REASON_CORRUPT);
  }
}

/* Between frames: SIFT_OK when another begins. */
static enum sift_status begin_frame(struct zstd *zstd) {
  struct sift_input *input = zstd->input;
  size_t len = sift_input_peek(input, MAGIC_BYTES);
  if (len == 0) {
    return input->ended == SIFT_END ? SIFT_END : sift_source_fail(&zstd->base, input->ended, input->bytes->reason);
  }
  if (len < MAGIC_BYTES && input->ended != SIFT_END) {
    return sift_source_fail(&zstd->base, input->ended, input->bytes->reason);
  }
  if (!sift_zstd_begins(input->data + input->at, len)) {
    return sift_source_fail(&zstd->base, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
  }
  zstd->in_frame = true;
  return SIFT_OK;
}

/* Within a frame, all input used: reads on. */
static enum sift_status refill(struct zstd *zstd) {
  enum sift_status status = sift_input_more(zstd->input);
  if (status == SIFT_END) {
    return sift_source_fail(&zstd->base, SIFT_ETRUNCATED, SIFT_REASON_TRUNCATED);
  }
  return status == SIFT_OK ? SIFT_OK : sift_source_fail(&zstd->base, status, zstd->input->bytes->reason);
}

static enum sift_status decode(struct zstd *zstd, ZSTD_outBuffer *room) {
  struct sift_input *input = zstd->input;
  ZSTD_inBuffer in = {input->data, input->len, input->at};
  size_t left = ZSTD_decompressStream(zstd->context, room, &in);
  input->at = in.pos;
  if (ZSTD_isError(left)) {
    return damage(zstd, left);
  }
  zstd->in_frame = left != 0;
  return SIFT_OK;
}

/* Fills the room, but does not wait for more input while it has something to give. */
static enum sift_status zstd_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  struct zstd *zstd = (struct zstd *)source;
  ZSTD_outBuffer room = {buffer, size, 0};
  while (zstd->pending == SIFT_OK && room.pos < room.size) {
    bool used_up = zstd->input->at == zstd->input->len;
    if (!zstd->in_frame) {
      if (used_up && room.pos > 0) {
        break;
      }
      zstd->pending = begin_frame(zstd);
      continue;
    }
    size_t before = room.pos;
    zstd->pending = decode(zstd, &room);
    bool idle = room.pos == before && used_up;
    if (zstd->pending == SIFT_OK && zstd->in_frame && idle) {
      if (room.pos > 0) {
        break;
      }
      zstd->pending = refill(zstd);
    }
  }
  source->consumed = sift_input_used(zstd->input);
  *got = room.pos;
  return room.pos > 0 ? SIFT_OK : zstd->pending;
}

/* A new session knows nothing of the frame before, damaged or not. */
static ZSTD_DCtx *take_context(struct sift_source_spares *spares) {
  if (spares == NULL || spares->zstd == NULL) {
    return ZSTD_createDCtx();
  }
  ZSTD_DCtx *context = spares->zstd;
  spares->zstd = NULL;
  (void)ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters); /* fails only on NULL */
  return context;
}

static void leave_context(struct sift_source_spares *spares, ZSTD_DCtx *context) {
  if (spares != NULL && spares->zstd == NULL && context != NULL && ZSTD_sizeof_DCtx(context) <= KEPT_BYTES_MAX) {
    spares->zstd = context;
  } else {
    ZSTD_freeDCtx(context);
  }
}

static void zstd_free(struct sift_source *source) {
  struct zstd *zstd = (struct zstd *)source;
  leave_context(zstd->input->spares, zstd->context);
  sift_input_free(zstd->input);
  free(zstd);
}

enum sift_status sift_source_zstd(struct sift_source **out, struct sift_input *input, unsigned window_log_max) {
  static const struct sift_source_ops ops = {"zstd", zstd_read, zstd_free};
  struct zstd *zstd = malloc(sizeof *zstd);
  ZSTD_DCtx *context = take_context(input->spares);
  *out = NULL;
  if (zstd == NULL || context == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, (int)window_log_max))) {
    ZSTD_freeDCtx(context);
    free(zstd);
    sift_input_free(input);
    return SIFT_ENOMEM;
  }
  *zstd = (struct zstd){.base = {.ops = &ops, .reason = SIFT_REASONS}, .input = input, .context = context, .pending = SIFT_OK};
  *out = &zstd->base;
  return SIFT_OK;
}
