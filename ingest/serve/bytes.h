/* A buffer that grows by doubling and is kept, so that what comes again and again costs no memory call. */
#ifndef SIFT_SERVE_BYTES_H
#define SIFT_SERVE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed is empty. SIFT_PADDING readable bytes stand behind data[capacity). */
struct sift_bytes {
  char *data;
  size_t capacity;
};

/* Room for `size` bytes, what is there kept. False when memory is out: nothing changed then. */
bool sift_bytes_reserve(struct sift_bytes *bytes, size_t size);
void sift_bytes_release(struct sift_bytes *bytes);

#ifdef __cplusplus
}
#endif
#endif
