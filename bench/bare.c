#include "bench/bare.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/clock.h"
#include "bench/receiver.h"
#include "engine/database_internal.h"

static int count_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  ++*(uint64_t *)context;
  return 0;
}

double bench_bare_scan(const struct sift_database *database, hs_scratch_t *scratch, const char *text, size_t len,
                       uint64_t *matches) {
  double begun = bench_cpu_seconds();
  for (size_t at = 0; at < len; at += BENCH_BLOCK_BYTES) {
    size_t block = len - at < BENCH_BLOCK_BYTES ? len - at : BENCH_BLOCK_BYTES;
    hs_scan(database->wake, text + at, (unsigned)block, 0, scratch, count_match, matches);
  }
  return bench_cpu_seconds() - begun;
}

double bench_bare_recv(const char *text, size_t len) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char *buffer = malloc(BENCH_BLOCK_BYTES);
  if (listener < 0 || buffer == NULL || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    abort();
  }
  pid_t sender = fork();
  if (sender == 0) {
    bench_deliver(ntohs(address.sin_port), text, len);
    _exit(0);
  }
  int fd = accept(listener, NULL, NULL);
  if (sender < 0 || fd < 0) {
    abort();
  }
  double begun = bench_cpu_seconds();
  while (recv(fd, buffer, BENCH_BLOCK_BYTES, 0) > 0) {}
  double seconds = bench_cpu_seconds() - begun;
  close(fd);
  close(listener);
  waitpid(sender, NULL, 0);
  free(buffer);
  return seconds;
}
