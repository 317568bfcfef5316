#include "tools/fleetgen/writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct sift_gen_writer {
  struct sift_gen_press *press;
  int fd; /* -1: no file is open */
  uint64_t bytes;
  struct sift_gen_text output; /* empty between calls */
};

const char *sift_gen_compression_suffix(enum sift_gen_compression compression) {
  return compression == SIFT_GEN_ZSTD ? ".zst" : compression == SIFT_GEN_GZIP ? ".gz" : "";
}

enum sift_status sift_gen_writer_new(struct sift_gen_writer **out, enum sift_gen_compression compression) {
  struct sift_gen_writer *writer = calloc(1, sizeof(*writer));
  *out = NULL;
  if (writer == NULL) {
    return SIFT_ENOMEM;
  }
  writer->fd = -1;
  sift_gen_text_init(&writer->output);
  enum sift_status status = sift_gen_press_new(&writer->press, compression);
  if (status != SIFT_OK) {
    sift_gen_writer_free(writer);
    return status;
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
  sift_gen_press_free(writer->press);
  sift_gen_text_release(&writer->output);
  free(writer);
}

enum sift_status sift_gen_writer_open(struct sift_gen_writer *writer, const char *path) {
  assert(writer->fd < 0);
  writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
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

static enum sift_status any_put(struct sift_gen_writer *writer, struct sift_span bytes, enum sift_gen_pressing how) {
  enum sift_status status = sift_gen_press_put(writer->press, bytes, how, &writer->output);
  if (status == SIFT_OK) {
    status = all_write(writer, writer->output.bytes, writer->output.len);
  }
  sift_gen_text_clear(&writer->output);
  return status;
}

enum sift_status sift_gen_writer_put(struct sift_gen_writer *writer, struct sift_span bytes) {
  assert(writer->fd >= 0);
  return bytes.len > 0 ? any_put(writer, bytes, SIFT_GEN_PRESS_MORE) : SIFT_OK;
}

enum sift_status sift_gen_writer_cut(struct sift_gen_writer *writer) {
  return sift_gen_press_open(writer->press) ? any_put(writer, sift_span("", 0), SIFT_GEN_PRESS_END) : SIFT_OK;
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
