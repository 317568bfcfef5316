#include "bench/receiver.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_ATTEMPTS = 600, ATTEMPT_NS = 100 * 1000 * 1000, ANSWER_BYTES_MAX = 1 << 20, URL_BYTES = 64 };

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "serve_bench: %s: %s\n", what, strerror(errno));
  exit(2);
}

/* ---- sockets ---- */

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* One that was free just now. */
static uint16_t free_port(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
    give_up("no port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

static int try_connect(uint16_t port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int bench_connect(uint16_t port) {
  int fd = try_connect(port);
  if (fd < 0) {
    give_up("cannot connect");
  }
  return fd;
}

void bench_send(int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      give_up("cannot send");
    }
    bytes += sent > 0 ? sent : 0;
    len -= sent > 0 ? (size_t)sent : 0;
  }
}

void bench_deliver(uint16_t port, const char *bytes, size_t len) {
  char answer[4096];
  int fd = bench_connect(port);
  bench_send(fd, bytes, len);
  shutdown(fd, SHUT_WR);
  while (recv(fd, answer, sizeof answer, 0) > 0) {}
  close(fd);
}

/* ---- HTTP ---- */

/* The whole answer to a GET, to be freed; NULL where there is none. */
static char *ask(uint16_t port, const char *path) {
  char request[256];
  size_t len = 0;
  int fd = try_connect(port);
  char *answer = malloc(ANSWER_BYTES_MAX + 1);
  if (fd < 0 || answer == NULL) {
    free(answer);
    return NULL;
  }
  int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
  bench_send(fd, request, (size_t)size);
  for (;;) {
    ssize_t got = recv(fd, answer + len, ANSWER_BYTES_MAX - len, 0);
    if (got <= 0) {
      break;
    }
    len += (size_t)got;
  }
  close(fd);
  answer[len] = '\0';
  return answer;
}

double bench_receiver_metric(const struct bench_receiver *receiver, const char *name) {
  char *answer = ask(receiver->ports[BENCH_HTTP], "/metrics");
  double sum = -1;
  size_t name_len = strlen(name);
  for (char *line = answer; line != NULL && *line != '\0'; line = strchr(line, '\n'), line = line != NULL ? line + 1 : NULL) {
    const char *blank = strpbrk(line, " \n");
    if (strncmp(line, name, name_len) == 0 && (line[name_len] == ' ' || line[name_len] == '{') && blank != NULL) {
      sum = (sum < 0 ? 0 : sum) + strtod(blank, NULL);
    }
  }
  free(answer);
  return sum;
}

static bool ready(const struct bench_receiver *receiver) {
  char *answer = ask(receiver->ports[BENCH_HTTP], "/readyz");
  bool good = answer != NULL && strstr(answer, " 200 ") != NULL;
  free(answer);
  return good;
}

/* ---- the process ---- */

static void run(const struct bench_receiver *receiver, const char *program, const char *data_dir) {
  static const char *const schemes[] = {[BENCH_TCP] = "tcp", [BENCH_SYSLOG] = "syslog", [BENCH_FORWARD] = "forward"};
  char urls[BENCH_PORTS][URL_BYTES];
  for (int i = 0; i < BENCH_HTTP; i++) {
    snprintf(urls[i], URL_BYTES, "%s://127.0.0.1:%u", schemes[i], receiver->ports[i]);
  }
  snprintf(urls[BENCH_HTTP], URL_BYTES, "127.0.0.1:%u", receiver->ports[BENCH_HTTP]);
  const char *arguments[] = {program,
                             "serve",
                             "--log-level",
                             "error",
                             "--connections-max",
                             "20000",
                             "--listen",
                             urls[BENCH_TCP],
                             "--listen",
                             urls[BENCH_SYSLOG],
                             "--listen",
                             urls[BENCH_FORWARD],
                             "--http",
                             urls[BENCH_HTTP],
                             data_dir != NULL ? "--data-dir" : NULL,
                             data_dir,
                             NULL};
  execv(program, (char *const *)(uintptr_t)arguments);
  give_up(program);
}

bool bench_receiver_start(struct bench_receiver *receiver, const char *program, const char *data_dir) {
  for (int i = 0; i < BENCH_PORTS; i++) {
    receiver->ports[i] = free_port();
  }
  receiver->pid = fork();
  if (receiver->pid < 0) {
    give_up("fork");
  }
  if (receiver->pid == 0) {
    run(receiver, program, data_dir);
  }
  for (int i = 0; i < READY_ATTEMPTS && waitpid(receiver->pid, NULL, WNOHANG) == 0; i++) {
    if (ready(receiver)) {
      return true;
    }
    nanosleep(&(struct timespec){.tv_nsec = ATTEMPT_NS}, NULL);
  }
  fprintf(stderr, "serve_bench: %s serve does not come up\n", program);
  return false;
}

void bench_receiver_stop(struct bench_receiver *receiver) {
  kill(receiver->pid, SIGTERM);
  waitpid(receiver->pid, NULL, 0);
}

double bench_receiver_cpu(const struct bench_receiver *receiver) {
  clockid_t clock;
  struct timespec now;
  if (clock_getcpuclockid(receiver->pid, &clock) != 0 || clock_gettime(clock, &now) != 0) {
    give_up("cannot read the receiver's clock");
  }
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_receiver_kept_waiting(const struct bench_receiver *receiver) {
  char path[320];
  double sum = -1;
  snprintf(path, sizeof path, "/proc/%d/task", (int)receiver->pid);
  DIR *tasks = opendir(path);
  for (struct dirent *task = NULL; tasks != NULL && (task = readdir(tasks)) != NULL;) {
    char line[128] = "";
    char *end = line;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)receiver->pid, task->d_name);
    FILE *file = task->d_name[0] != '.' ? fopen(path, "re") : NULL;
    if (file != NULL && fgets(line, sizeof line, file) != NULL) {
      (void)strtoull(line, &end, 10); /* what it ran */
      sum = (sum < 0 ? 0 : sum) + (double)strtoull(end, NULL, 10) / 1e9;
    }
    if (file != NULL) {
      fclose(file);
    }
  }
  if (tasks != NULL) {
    closedir(tasks);
  }
  return sum;
}

double bench_receiver_mib(const struct bench_receiver *receiver) {
  char path[64];
  char line[256];
  double mib = -1;
  snprintf(path, sizeof path, "/proc/%d/status", (int)receiver->pid);
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "VmRSS:", 6) == 0) {
      mib = strtod(line + 6, NULL) / 1024;
    }
  }
  if (file != NULL) {
    fclose(file);
  }
  return mib;
}
