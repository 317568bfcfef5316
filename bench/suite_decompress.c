/* Bytes of a file → text: sources by their magic, and libzstd alone beside them. */
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "ingest/source.h"

enum kind { PLAIN, ZSTD, GZIP, LIBZSTD };

struct decompress {
  enum kind kind;
  char *packed;
  size_t packed_len;
  char *buffer;
  size_t text_len;
};

static size_t gzip(char *out, size_t room, const char *text, size_t len) {
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len, .next_out = (Bytef *)out, .avail_out = (uInt)room};
  bench_require(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
                    deflate(&stream, Z_FINISH) == Z_STREAM_END,
                "gzip failed");
  size_t size = stream.total_out;
  deflateEnd(&stream);
  return size;
}

static void *open_decompress(int variant) {
  const struct bench_input *raw = bench_input(SIFT_GEN_RAW);
  struct decompress *self = calloc(1, sizeof *self);
  size_t room = ZSTD_compressBound(raw->len) + compressBound((uLong)raw->len) + 64;
  bench_require(self != NULL && (self->packed = malloc(room)) != NULL && (self->buffer = malloc(SIFT_BATCH_BYTES)) != NULL,
                "out of memory");
  self->kind = (enum kind)variant;
  self->text_len = raw->len;
  switch (self->kind) {
  case PLAIN:
    memcpy(self->packed, raw->bytes, raw->len);
    self->packed_len = raw->len;
    break;
  case GZIP:
    self->packed_len = gzip(self->packed, room, raw->bytes, raw->len);
    break;
  default:
    self->packed_len = ZSTD_compress(self->packed, room, raw->bytes, raw->len, 3);
    bench_require(!ZSTD_isError(self->packed_len), "zstd failed");
  }
  return self;
}

static size_t run_source(struct decompress *self) {
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  const struct sift_source_limits limits = {.window_log_max = 27};
  size_t total = 0;
  size_t got = 0;
  bench_require(sift_source_memory(&memory, self->packed, self->packed_len, SIFT_BATCH_BYTES) == SIFT_OK &&
                    sift_source_detect(&source, memory, &limits, &reason) == SIFT_OK,
                "a source cannot be opened");
  while (sift_source_read(source, self->buffer, SIFT_BATCH_BYTES, &got) == SIFT_OK) {
    total += got;
  }
  sift_source_free(source);
  return total;
}

static size_t run_libzstd(struct decompress *self) {
  ZSTD_DCtx *context = ZSTD_createDCtx();
  ZSTD_inBuffer in = {self->packed, self->packed_len, 0};
  size_t total = 0;
  bench_require(context != NULL, "out of memory");
  while (in.pos < in.size) {
    ZSTD_outBuffer out = {self->buffer, SIFT_BATCH_BYTES, 0};
    bench_require(!ZSTD_isError(ZSTD_decompressStream(context, &out, &in)), "zstd failed");
    total += out.pos;
  }
  ZSTD_freeDCtx(context);
  return total;
}

static struct bench_work run_decompress(void *state) {
  struct decompress *self = state;
  size_t total = self->kind == LIBZSTD ? run_libzstd(self) : run_source(self);
  bench_require(self->kind == LIBZSTD || total == self->text_len, "not all was decompressed");
  return (struct bench_work){.bytes = self->text_len, .items = 1};
}

static void close_decompress(void *state) {
  struct decompress *self = state;
  free(self->packed);
  free(self->buffer);
  free(self);
}

static const struct bench_stage stages[] = {
    {"decompress/libzstd", "files", open_decompress, run_decompress, close_decompress, LIBZSTD},
    {"decompress/zstd", "files", open_decompress, run_decompress, close_decompress, ZSTD},
    {"decompress/gzip", "files", open_decompress, run_decompress, close_decompress, GZIP},
    {"decompress/plain", "files", open_decompress, run_decompress, close_decompress, PLAIN},
};
const struct bench_suite bench_suite_decompress = BENCH_SUITE(stages);
