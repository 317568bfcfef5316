#include "tools/fleetgen/writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum { OUTPUT_BYTES = 256 * 1024, ZSTD_LEVEL = 1 };

struct sift_gen_writer {
  enum sift_gen_compression compression;
  int fd; /* -1: no file is open */
  uint64_t bytes;
  bool begun; /* something was put since the last frame or member ended */
  ZSTD_CCtx *zstd;
  struct isal_zstream gzip;
  uint8_t *gzip_level;
  uint8_t *output; /* OUTPUT_BYTES */
};

const char *sift_gen_compression_suffix(enum sift_gen_compression compression) {
  return compression == SIFT_GEN_ZSTD ? ".zst" : compression == SIFT_GEN_GZIP ? ".gz" : "";
}

static void gzip_begin(struct sift_gen_writer *writer) {
  isal_deflate_init(&writer->gzip);
  writer->gzip.level = 1;
  writer->gzip.level_buf = writer->gzip_level;
  writer->gzip.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  writer->gzip.gzip_flag = IGZIP_GZIP;
}

enum sift_status sift_gen_writer_new(struct sift_gen_writer **out, enum sift_gen_compression compression) {
  struct sift_gen_writer *writer = calloc(1, sizeof(*writer));
  *out = NULL;
  if (writer == NULL) {
    return SIFT_ENOMEM;
  }
  writer->compression = compression;
  writer->fd = -1;
  writer->output = malloc(OUTPUT_BYTES);
  bool made = writer->output != NULL;
  if (compression == SIFT_GEN_ZSTD) {
    writer->zstd = ZSTD_createCCtx();
    made = made && writer->zstd != NULL &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_checksumFlag, 1));
  } else if (compression == SIFT_GEN_GZIP) {
    writer->gzip_level = malloc(ISAL_DEF_LVL1_DEFAULT);
    made = made && writer->gzip_level != NULL;
  }
  if (!made) {
    sift_gen_writer_free(writer);
    return SIFT_ENOMEM;
  }
  *out = writer;
  return SIFT_OK;
}

void sift_gen_writer_free(struct sift_gen_writer *writer) {
  if (writer == NULL) {
    return;
  }
  if (writer->fd >= 0) {
    close(writer->fd);
  }
  ZSTD_freeCCtx(writer->zstd);
  free(writer->gzip_level);
  free(writer->output);
  free(writer);
}

enum sift_status sift_gen_writer_open(struct sift_gen_writer *writer, const char *path) {
  assert(writer->fd < 0);
  writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  writer->begun = false;
  return writer->fd >= 0 ? SIFT_OK : SIFT_EIO;
}

static enum sift_status all_write(struct sift_gen_writer *writer, const void *bytes, size_t len) {
  const char *at = bytes;
  while (len > 0) {
    ssize_t written = write(writer->fd, at, len);
    if (written < 0 && errno != EINTR) {
      return SIFT_EIO;
    }
    if (written > 0) {
      at += written;
      len -= (size_t)written;
      writer->bytes += (uint64_t)written;
    }
  }
  return SIFT_OK;
}

/* Feeds `bytes`; with `end` finishes the frame too. */
static enum sift_status zstd_put(struct sift_gen_writer *writer, struct sift_span bytes, bool end) {
  ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
  size_t left;
  do {
    ZSTD_outBuffer out = {writer->output, OUTPUT_BYTES, 0};
    left = ZSTD_compressStream2(writer->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left)) {
      return SIFT_ENOMEM; /* with valid arguments nothing else is left to fail */
    }
    enum sift_status status = all_write(writer, writer->output, out.pos);
    if (status != SIFT_OK) {
      return status;
    }
  } while (in.pos < in.size || (end && left > 0));
  return SIFT_OK;
}

static enum sift_status gzip_put(struct sift_gen_writer *writer, struct sift_span bytes, bool end) {
  struct isal_zstream *gzip = &writer->gzip;
  assert(bytes.len <= UINT32_MAX);
  if (!writer->begun) {
    gzip_begin(writer);
  }
  gzip->next_in = (uint8_t *)(uintptr_t)bytes.data; /* only read */
  gzip->avail_in = (uint32_t)bytes.len;
  gzip->end_of_stream = end;
  do {
    gzip->next_out = writer->output;
    gzip->avail_out = OUTPUT_BYTES;
    int failed = isal_deflate(gzip);
    assert(failed == COMP_OK);
    (void)failed;
    enum sift_status status = all_write(writer, writer->output, OUTPUT_BYTES - gzip->avail_out);
    if (status != SIFT_OK) {
      return status;
    }
  } while (gzip->avail_in > 0 || gzip->avail_out == 0 || (end && gzip->internal_state.state != ZSTATE_END));
  return SIFT_OK;
}

static enum sift_status any_put(struct sift_gen_writer *writer, struct sift_span bytes, bool end) {
  enum sift_status status = SIFT_OK;
  if (writer->compression == SIFT_GEN_ZSTD) {
    status = zstd_put(writer, bytes, end);
  } else if (writer->compression == SIFT_GEN_GZIP) {
    status = gzip_put(writer, bytes, end);
  } else {
    status = all_write(writer, bytes.data, bytes.len);
  }
  writer->begun = !end;
  return status;
}

enum sift_status sift_gen_writer_put(struct sift_gen_writer *writer, struct sift_span bytes) {
  assert(writer->fd >= 0);
  return bytes.len > 0 ? any_put(writer, bytes, false) : SIFT_OK;
}

enum sift_status sift_gen_writer_cut(struct sift_gen_writer *writer) {
  return writer->begun ? any_put(writer, sift_span("", 0), true) : SIFT_OK;
}

enum sift_status sift_gen_writer_close(struct sift_gen_writer *writer) {
  assert(writer->fd >= 0);
  enum sift_status status = sift_gen_writer_cut(writer);
  int closed = close(writer->fd);
  writer->fd = -1;
  return status == SIFT_OK && closed != 0 ? SIFT_EIO : status;
}

uint64_t sift_gen_writer_bytes(const struct sift_gen_writer *writer) {
  return writer->bytes;
}
