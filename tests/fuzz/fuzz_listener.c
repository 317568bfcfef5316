/* Any text is a listener or is refused with a message; what was read names itself, and its address is whole. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/listener.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sift_listener_config *listener, const char *url) {
  char error[SIFT_LISTENER_ERROR_BYTES];
  size_t len = strlen(listener->name);
  assert(strncmp(listener->name, url, len) == 0 && (url[len] == '?' || url[len] == '\0'));
  assert(strchr(listener->name, '?') == NULL);
  if (listener->place == SIFT_LISTEN_ADDRESS) {
    assert(listener->host != NULL && strlen(listener->port) >= 1 && strlen(listener->port) <= 5);
    assert(atoi(listener->port) <= 65535); // NOLINT(cert-err34-c): digits only
  } else {
    assert(listener->path != NULL && strlen(listener->path) <= (listener->place == SIFT_LISTEN_UNIX ? 100 : strlen(url)));
  }
  memset(error, 'x', sizeof error);
  enum sift_status status = sift_listener_check(listener, error);
  assert(status == SIFT_OK || (status == SIFT_EINVAL && memchr(error, '\0', sizeof error) != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_listener_config listener;
  struct sift_arena arena;
  char error[SIFT_LISTENER_ERROR_BYTES];
  char *url = malloc(size + 1); /* exactly: a byte too many is found */
  assert(url != NULL);
  if (size > 0) {
    memcpy(url, data, size);
  }
  url[size] = '\0';
  sift_arena_init(&arena);
  memset(error, 'x', sizeof error);
  enum sift_status status = sift_listener_parse(&listener, &arena, url, error);
  assert(status == SIFT_OK || status == SIFT_EINVAL);
  assert(memchr(error, '\0', sizeof error) != NULL);
  if (status == SIFT_OK) {
    check(&listener, url);
  }
  sift_arena_release(&arena);
  free(url);
  return 0;
}
