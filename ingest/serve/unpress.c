#include "ingest/serve/unpress.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "engine/batch.h"

enum { ZSTD_MAGIC_BYTES = 4, GZIP_MAGIC_BYTES = 3, ZLIB_MAGIC_BYTES = 2, BODY_STEP_BYTES = 16 * 1024 };

enum stage { STAGE_BETWEEN, STAGE_BODY };

struct sift_unpress {
  enum sift_unpress_format format;
  enum stage stage;
  bool first;   /* no frame or member was ended */
  bool padded;  /* zero bytes stood behind a gzip member */
  bool pending; /* the last call filled its room, so there may be more without new input */
  ZSTD_DCtx *zstd;
  z_stream *inflater; /* zlib rather than igzip: what peers send is hostile, and igzip reads on behind a zlib member's end */
};

static bool zstd_may_begin(struct sift_span begin) {
  static const unsigned char frame[ZSTD_MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
  static const unsigned char skippable[ZSTD_MAGIC_BYTES] = {0x50, 0x2a, 0x4d, 0x18};
  bool is_frame = true;
  bool is_skippable = true;
  for (size_t i = 0; i < ZSTD_MAGIC_BYTES && i < begin.len; i++) {
    unsigned char byte = (unsigned char)begin.data[i];
    is_frame &= byte == frame[i];
    is_skippable &= (i == 0 ? byte & 0xf0 : byte) == skippable[i];
  }
  return is_frame || is_skippable;
}

/* Deflate is the only method that gzip and zlib have. */
static bool gzip_may_begin(struct sift_span begin) {
  static const unsigned char magic[GZIP_MAGIC_BYTES] = {0x1f, 0x8b, 8};
  for (size_t i = 0; i < GZIP_MAGIC_BYTES && i < begin.len; i++) {
    if ((unsigned char)begin.data[i] != magic[i]) {
      return false;
    }
  }
  return true;
}

/* RFC 1950: method 8, a window of at most 32 KiB, the two bytes a multiple of 31, no dictionary. */
static bool zlib_may_begin(struct sift_span begin) {
  unsigned first = begin.len > 0 ? (unsigned char)begin.data[0] : 0x78;
  if ((first & 0x0f) != 8 || first >> 4 > 7) {
    return false;
  }
  unsigned second = begin.len > 1 ? (unsigned char)begin.data[1] : 0;
  return begin.len < ZLIB_MAGIC_BYTES || ((first * 256 + second) % 31 == 0 && (second & 0x20) == 0);
}

enum sift_unpress_format sift_unpress_detect(struct sift_span begin, bool zlib, bool *undecided) {
  bool is_zstd = zstd_may_begin(begin);
  bool is_gzip = gzip_may_begin(begin);
  bool is_zlib = zlib && zlib_may_begin(begin);
  *undecided = false;
  if (is_zstd && begin.len >= ZSTD_MAGIC_BYTES) {
    return SIFT_UNPRESS_ZSTD;
  }
  if (is_gzip && begin.len >= GZIP_MAGIC_BYTES) {
    return SIFT_UNPRESS_GZIP;
  }
  if (is_zlib && begin.len >= ZLIB_MAGIC_BYTES && !is_zstd) {
    return SIFT_UNPRESS_ZLIB;
  }
  *undecided = is_zstd || is_gzip || is_zlib;
  return SIFT_UNPRESS_NONE;
}

enum sift_status sift_unpress_new(struct sift_unpress **out) {
  *out = calloc(1, sizeof **out);
  return *out != NULL ? SIFT_OK : SIFT_ENOMEM;
}

void sift_unpress_free(struct sift_unpress *unpress) {
  if (unpress != NULL) {
    ZSTD_freeDCtx(unpress->zstd);
    if (unpress->inflater != NULL) {
      (void)inflateEnd(unpress->inflater);
    }
    free(unpress->inflater);
    free(unpress);
  }
}

/* zlib's documentation: 7 KB and the window of 32 KiB. */
size_t sift_unpress_bytes(const struct sift_unpress *unpress) {
  return sizeof *unpress + ZSTD_sizeof_DCtx(unpress->zstd) + (unpress->inflater != NULL ? (size_t)40 * 1024 : 0);
}

static enum sift_status begin_zstd(struct sift_unpress *unpress, unsigned window_log_max) {
  if (unpress->zstd == NULL) {
    unpress->zstd = ZSTD_createDCtx();
  }
  if (unpress->zstd == NULL) {
    return SIFT_ENOMEM;
  }
  (void)ZSTD_DCtx_reset(unpress->zstd, ZSTD_reset_session_only);
  size_t set = ZSTD_DCtx_setParameter(unpress->zstd, ZSTD_d_windowLogMax, (int)window_log_max);
  assert(!ZSTD_isError(set));
  (void)set;
  return SIFT_OK;
}

static enum sift_status begin_inflate(struct sift_unpress *unpress) {
  if (unpress->inflater != NULL) {
    return SIFT_OK;
  }
  z_stream *inflater = calloc(1, sizeof *inflater);
  if (inflater == NULL || inflateInit(inflater) != Z_OK) {
    free(inflater);
    return SIFT_ENOMEM;
  }
  unpress->inflater = inflater;
  return SIFT_OK;
}

enum sift_status sift_unpress_begin(struct sift_unpress *unpress, enum sift_unpress_format format, unsigned window_log_max) {
  assert(format != SIFT_UNPRESS_NONE);
  unpress->format = format;
  unpress->stage = STAGE_BETWEEN;
  unpress->first = true;
  unpress->padded = false;
  unpress->pending = false;
  return format == SIFT_UNPRESS_ZSTD ? begin_zstd(unpress, window_log_max) : begin_inflate(unpress);
}

static enum sift_status corrupt(enum sift_reason *reason, enum sift_reason which) {
  *reason = which;
  return SIFT_ECORRUPT;
}

static enum sift_status zstd_damage(const struct sift_unpress *unpress, size_t error, enum sift_reason *reason) {
  switch (ZSTD_getErrorCode(error)) {
  case ZSTD_error_memory_allocation:
    return SIFT_ENOMEM;
  case ZSTD_error_frameParameter_windowTooLarge:
    return corrupt(reason, SIFT_REASON_WINDOW_LIMIT);
  case ZSTD_error_dictionary_wrong:
  case ZSTD_error_dictionary_corrupted:
    return corrupt(reason, SIFT_REASON_DICTIONARY);
  case ZSTD_error_prefix_unknown:
    return corrupt(reason, unpress->first ? SIFT_REASON_CORRUPT : SIFT_REASON_TRAILING_BYTES);
  default:
    return corrupt(reason, SIFT_REASON_CORRUPT);
  }
}

/* One step: a piece of a frame, or all of it. */
static enum sift_status step_zstd(struct sift_unpress *unpress, struct sift_span *in, char *out, size_t size, size_t *got,
                                  enum sift_reason *reason) {
  ZSTD_inBuffer input = {in->data, in->len, 0};
  ZSTD_outBuffer output = {out, size, 0};
  size_t left = ZSTD_decompressStream(unpress->zstd, &output, &input);
  *got = output.pos;
  if (ZSTD_isError(left)) {
    return zstd_damage(unpress, left, reason);
  }
  *in = sift_span(in->data + input.pos, in->len - input.pos);
  unpress->stage = left == 0 ? STAGE_BETWEEN : STAGE_BODY;
  unpress->first &= left != 0;
  return SIFT_OK;
}

/* Between members: skips zero padding behind gzip, and sees to it that another member may begin. `in` is not empty. */
static enum sift_status begin_member(struct sift_unpress *unpress, struct sift_span *in, enum sift_reason *reason) {
  bool gzip = unpress->format == SIFT_UNPRESS_GZIP;
  while (gzip && !unpress->first && in->len > 0 && in->data[0] == 0) {
    unpress->padded = true;
    *in = sift_span(in->data + 1, in->len - 1);
  }
  if (in->len == 0) {
    return SIFT_OK;
  }
  struct sift_span magic = sift_span(in->data, 1);
  if (!unpress->first && (unpress->padded || !(gzip ? gzip_may_begin(magic) : zlib_may_begin(magic)))) {
    return corrupt(reason, SIFT_REASON_TRAILING_BYTES);
  }
  int window_bits = gzip ? MAX_WBITS + 16 : MAX_WBITS;
  unpress->stage = STAGE_BODY;
  return inflateReset2(unpress->inflater, window_bits) == Z_OK ? SIFT_OK : SIFT_ENOMEM;
}

static uInt bounded(size_t len) {
  return len < UINT_MAX / 2 ? (uInt)len : UINT_MAX / 2;
}

static enum sift_status step_inflate(struct sift_unpress *unpress, struct sift_span *in, char *out, size_t size, size_t *got,
                                     enum sift_reason *reason) {
  if (unpress->stage == STAGE_BETWEEN) {
    return begin_member(unpress, in, reason);
  }
  z_stream *inflater = unpress->inflater;
  uInt lent = bounded(in->len);
  uInt room = bounded(size);
  inflater->next_in = (Bytef *)(uintptr_t)in->data;
  inflater->avail_in = lent;
  inflater->next_out = (Bytef *)out;
  inflater->avail_out = room;
  int result = inflate(inflater, Z_NO_FLUSH);
  size_t used = lent - inflater->avail_in;
  *got = room - inflater->avail_out;
  *in = sift_span(in->data + used, in->len - used);
  switch (result) {
  case Z_STREAM_END:
    unpress->stage = STAGE_BETWEEN;
    unpress->first = false;
    return SIFT_OK;
  case Z_OK:
  case Z_BUF_ERROR: /* wants more input or room */
    return SIFT_OK;
  case Z_NEED_DICT:
    return corrupt(reason, SIFT_REASON_DICTIONARY);
  case Z_MEM_ERROR:
    return SIFT_ENOMEM;
  default:
    return corrupt(reason, SIFT_REASON_CORRUPT);
  }
}

enum sift_status sift_unpress_feed(struct sift_unpress *unpress, struct sift_span *in, char *out, size_t size, size_t *got,
                                   enum sift_reason *reason) {
  assert(size > 0);
  *got = 0;
  enum sift_status status = SIFT_OK;
  bool more = unpress->pending;
  while (status == SIFT_OK && *got < size && (in->len > 0 || more)) {
    enum stage stage = unpress->stage;
    size_t before = in->len;
    size_t step = 0;
    status = unpress->format == SIFT_UNPRESS_ZSTD ? step_zstd(unpress, in, out + *got, size - *got, &step, reason)
                                                  : step_inflate(unpress, in, out + *got, size - *got, &step, reason);
    *got += step;
    if (status == SIFT_OK && step == 0 && in->len == before && unpress->stage == stage) {
      status = in->len > 0 ? corrupt(reason, SIFT_REASON_CORRUPT) : SIFT_OK; /* a decoder that stands still would do so forever */
      break;
    }
    more = unpress->stage == STAGE_BODY;
  }
  unpress->pending = *got == size && unpress->stage == STAGE_BODY;
  return status;
}

bool sift_unpress_whole(const struct sift_unpress *unpress) {
  return unpress->stage == STAGE_BETWEEN && !unpress->first;
}

static enum sift_status inflate_all(struct sift_unpress *unpress, struct sift_span body, size_t bytes_max, struct sift_bytes *out,
                                    size_t *len, enum sift_reason *reason) {
  enum sift_status status = SIFT_OK;
  size_t room = 0;
  size_t got = 0;
  do {
    size_t want = *len + BODY_STEP_BYTES > out->capacity ? *len + BODY_STEP_BYTES : out->capacity;
    want = want > bytes_max + 1 ? bytes_max + 1 : want; /* one byte more tells that it is too much */
    if (!sift_bytes_reserve(out, want)) {
      return SIFT_ENOMEM;
    }
    room = want - *len;
    status = sift_unpress_feed(unpress, &body, out->data + *len, room, &got, reason);
    *len += got;
    if (*len > bytes_max) {
      *reason = SIFT_REASON_INFLATED_LIMIT;
      return SIFT_ELIMIT;
    }
  } while (status == SIFT_OK && got == room);
  if (status == SIFT_OK && !sift_unpress_whole(unpress)) {
    return corrupt(reason, SIFT_REASON_TRUNCATED);
  }
  return status;
}

enum sift_status sift_unpress_body(struct sift_unpress *unpress, struct sift_span body, unsigned window_log_max, size_t bytes_max,
                                   struct sift_bytes *out, size_t *len, enum sift_reason *reason) {
  bool undecided = false;
  enum sift_unpress_format format = sift_unpress_detect(body, true, &undecided);
  *len = 0;
  if (format == SIFT_UNPRESS_NONE) {
    return corrupt(reason, undecided ? SIFT_REASON_TRUNCATED : SIFT_REASON_CORRUPT);
  }
  enum sift_status status = sift_unpress_begin(unpress, format, window_log_max);
  return status == SIFT_OK ? inflate_all(unpress, body, bytes_max, out, len, reason) : status;
}
