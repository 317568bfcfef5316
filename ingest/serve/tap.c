#include "ingest/serve/tap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct block {
  struct block *next;
  char *bytes;
  size_t size;
};

struct sift_tap {
  bool wanted;      /* atomic */
  uint64_t dropped; /* atomic */
  size_t bytes_max;
  void (*wake)(void *context);
  void *context;
  pthread_mutex_t mutex; /* of what follows */
  struct block *first, *last;
  size_t bytes;
};

enum sift_status sift_tap_new(struct sift_tap **out, size_t bytes_max, void (*wake)(void *context), void *context) {
  *out = NULL;
  struct sift_tap *tap = calloc(1, sizeof *tap);
  if (tap == NULL) {
    return SIFT_ENOMEM;
  }
  if (pthread_mutex_init(&tap->mutex, NULL) != 0) {
    free(tap);
    return SIFT_ENOMEM;
  }
  tap->bytes_max = bytes_max;
  tap->wake = wake;
  tap->context = context;
  *out = tap;
  return SIFT_OK;
}

static void free_blocks(struct block *block) {
  while (block != NULL) {
    struct block *next = block->next;
    free(block->bytes);
    free(block);
    block = next;
  }
}

void sift_tap_free(struct sift_tap *tap) {
  if (tap == NULL) {
    return;
  }
  free_blocks(tap->first);
  pthread_mutex_destroy(&tap->mutex);
  free(tap);
}

bool sift_tap_wanted(const struct sift_tap *tap) {
  return __atomic_load_n(&tap->wanted, __ATOMIC_RELAXED);
}

uint64_t sift_tap_dropped(const struct sift_tap *tap) {
  return __atomic_load_n(&tap->dropped, __ATOMIC_RELAXED);
}

static struct block *make_block(struct sift_span header, struct sift_span events) {
  struct block *block = calloc(1, sizeof *block);
  char *bytes = malloc(header.len + events.len);
  if (block == NULL || bytes == NULL) {
    free(block);
    free(bytes);
    return NULL;
  }
  memcpy(bytes, header.data, header.len);
  memcpy(bytes + header.len, events.data, events.len);
  block->bytes = bytes;
  block->size = header.len + events.len;
  return block;
}

/* False where it does not fit, or nobody listens any more. */
static bool append(struct sift_tap *tap, struct block *block, bool *was_empty) {
  pthread_mutex_lock(&tap->mutex);
  bool takes = sift_tap_wanted(tap) && block->size <= tap->bytes_max - tap->bytes;
  *was_empty = tap->first == NULL;
  if (takes) {
    *(tap->first == NULL ? &tap->first : &tap->last->next) = block;
    tap->last = block;
    tap->bytes += block->size;
  }
  pthread_mutex_unlock(&tap->mutex);
  return takes;
}

void sift_tap_publish(struct sift_tap *tap, struct sift_span header, struct sift_span events) {
  if (!sift_tap_wanted(tap) || events.len == 0) {
    return;
  }
  bool was_empty = false;
  struct block *block = make_block(header, events);
  if (block == NULL || !append(tap, block, &was_empty)) {
    if (block != NULL) {
      free_blocks(block);
    }
    __atomic_fetch_add(&tap->dropped, 1, __ATOMIC_RELAXED);
    return;
  }
  if (was_empty) {
    tap->wake(tap->context);
  }
}

void sift_tap_listen(struct sift_tap *tap, bool listen) {
  pthread_mutex_lock(&tap->mutex);
  __atomic_store_n(&tap->wanted, listen, __ATOMIC_RELAXED);
  struct block *waiting = NULL;
  if (!listen) {
    waiting = tap->first;
    tap->first = NULL;
    tap->last = NULL;
    tap->bytes = 0;
  }
  pthread_mutex_unlock(&tap->mutex);
  free_blocks(waiting);
}

bool sift_tap_take(struct sift_tap *tap, char **bytes, size_t *size) {
  pthread_mutex_lock(&tap->mutex);
  struct block *block = tap->first;
  if (block != NULL) {
    tap->first = block->next;
    tap->last = block->next == NULL ? NULL : tap->last;
    tap->bytes -= block->size;
  }
  pthread_mutex_unlock(&tap->mutex);
  if (block == NULL) {
    return false;
  }
  *bytes = block->bytes;
  *size = block->size;
  free(block);
  return true;
}
