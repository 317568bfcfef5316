#include "tools/fleetgen/press.h"

#include <assert.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zstd.h>

enum { STEP_BYTES = 64 * 1024, ZSTD_LEVEL = 1 };

struct sift_gen_press {
  enum sift_gen_compression compression;
  bool begun;
  ZSTD_CCtx *zstd;
  struct isal_zstream gzip;
  uint8_t *gzip_level;
};

static void gzip_begin(struct sift_gen_press *press) {
  isal_deflate_init(&press->gzip);
  press->gzip.level = 1;
  press->gzip.level_buf = press->gzip_level;
  press->gzip.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  press->gzip.gzip_flag = IGZIP_GZIP;
}

enum sift_status sift_gen_press_new(struct sift_gen_press **out, enum sift_gen_compression compression) {
  struct sift_gen_press *press = calloc(1, sizeof(*press));
  *out = NULL;
  if (press == NULL) {
    return SIFT_ENOMEM;
  }
  press->compression = compression;
  bool made = true;
  if (compression == SIFT_GEN_ZSTD) {
    press->zstd = ZSTD_createCCtx();
    made = press->zstd != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(press->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(press->zstd, ZSTD_c_checksumFlag, 1));
  } else if (compression == SIFT_GEN_GZIP) {
    press->gzip_level = malloc(ISAL_DEF_LVL1_DEFAULT);
    made = press->gzip_level != NULL;
  }
  if (!made) {
    sift_gen_press_free(press);
    return SIFT_ENOMEM;
  }
  *out = press;
  return SIFT_OK;
}

void sift_gen_press_free(struct sift_gen_press *press) {
  if (press != NULL) {
    ZSTD_freeCCtx(press->zstd);
    free(press->gzip_level);
    free(press);
  }
}

static enum sift_status zstd_put(struct sift_gen_press *press, struct sift_span bytes, enum sift_gen_pressing how,
                                 struct sift_gen_text *out) {
  static const ZSTD_EndDirective directives[] = {ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
  ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
  size_t left;
  do {
    char *room = sift_gen_text_room(out, STEP_BYTES);
    if (room == NULL) {
      return SIFT_ENOMEM;
    }
    ZSTD_outBuffer step = {room, STEP_BYTES, 0};
    left = ZSTD_compressStream2(press->zstd, &step, &in, directives[how]);
    if (ZSTD_isError(left)) {
      return SIFT_ENOMEM; /* with valid arguments nothing else is left to fail */
    }
    out->len += step.pos;
  } while (in.pos < in.size || (how != SIFT_GEN_PRESS_MORE && left > 0));
  return SIFT_OK;
}

static enum sift_status gzip_put(struct sift_gen_press *press, struct sift_span bytes, enum sift_gen_pressing how,
                                 struct sift_gen_text *out) {
  struct isal_zstream *gzip = &press->gzip;
  bool end = how == SIFT_GEN_PRESS_END;
  assert(bytes.len <= UINT32_MAX);
  if (!press->begun) {
    gzip_begin(press);
  }
  gzip->next_in = (uint8_t *)(uintptr_t)bytes.data; /* only read */
  gzip->avail_in = (uint32_t)bytes.len;
  gzip->end_of_stream = end;
  gzip->flush = how == SIFT_GEN_PRESS_FLUSH ? SYNC_FLUSH : NO_FLUSH;
  do {
    char *room = sift_gen_text_room(out, STEP_BYTES);
    if (room == NULL) {
      return SIFT_ENOMEM;
    }
    gzip->next_out = (uint8_t *)room;
    gzip->avail_out = STEP_BYTES;
    int failed = isal_deflate(gzip);
    assert(failed == COMP_OK);
    (void)failed;
    out->len += STEP_BYTES - gzip->avail_out;
  } while (gzip->avail_in > 0 || gzip->avail_out == 0 || (end && gzip->internal_state.state != ZSTATE_END));
  return SIFT_OK;
}

enum sift_status sift_gen_press_put(struct sift_gen_press *press, struct sift_span bytes, enum sift_gen_pressing how,
                                    struct sift_gen_text *out) {
  enum sift_status status = SIFT_OK;
  if (press->compression == SIFT_GEN_ZSTD) {
    status = zstd_put(press, bytes, how, out);
  } else if (press->compression == SIFT_GEN_GZIP) {
    status = gzip_put(press, bytes, how, out);
  } else {
    sift_gen_text_put(out, bytes.data, bytes.len);
    status = out->failed ? SIFT_ENOMEM : SIFT_OK;
  }
  press->begun = how != SIFT_GEN_PRESS_END;
  return status;
}

bool sift_gen_press_open(const struct sift_gen_press *press) {
  return press->begun;
}
