#include "ingest/serve/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128, PORT_BYTES_MAX = 5 };

/* --- addresses --------------------------------------------------------------------------------------------------------- */

bool sift_http_is_local(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  if (address->sa_family == AF_INET6) {
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
  }
  return address->sa_family == AF_UNIX;
}

/* The bound address in words, and whether it is local. */
static bool describe(struct sift_http_listen *listen) {
  struct sockaddr_storage storage = {0};
  struct sockaddr *address = (struct sockaddr *)&storage;
  socklen_t size = sizeof storage;
  char host[INET6_ADDRSTRLEN] = "";
  if (getsockname(listen->fd, address, &size) != 0) {
    return false;
  }
  listen->local = sift_http_is_local(address);
  if (address->sa_family == AF_UNIX) {
    const struct sockaddr_un *name = (const struct sockaddr_un *)&storage;
    snprintf(listen->text, sizeof listen->text, "unix:%.107s", name->sun_path[0] != '\0' ? name->sun_path : "");
    return true;
  }
  if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&storage;
    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
    snprintf(listen->text, sizeof listen->text, "[%s]:%u", host, ntohs(v6->sin6_port));
    return true;
  }
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&storage;
    inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
    snprintf(listen->text, sizeof listen->text, "%s:%u", host, ntohs(v4->sin_port));
    return true;
  }
  return false;
}

static int bind_and_listen(int family, const struct sockaddr *address, socklen_t size) {
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  if (fd < 0) {
    return -1;
  }
  bool good = family == AF_UNIX || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
  if (!good || bind(fd, address, size) != 0 || listen(fd, BACKLOG) != 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

/* A socket file whose server is gone only stands in the way. */
static void remove_stale(const struct sockaddr_un *name) {
  struct stat info;
  if (lstat(name->sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) {
    return;
  }
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)name, sizeof *name) != 0 && errno == ECONNREFUSED) {
    unlink(name->sun_path);
  }
  if (fd >= 0) {
    close(fd);
  }
}

static enum sift_status name_unix(struct sockaddr_un *name, const char *path, char *error, size_t error_size) {
  *name = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (path[0] != '/' || strlen(path) >= sizeof name->sun_path) {
    snprintf(error, error_size, "'unix:%s' is no address: give an absolute path of at most %zu bytes", path,
             sizeof name->sun_path - 1);
    return SIFT_EINVAL;
  }
  return SIFT_OK;
}

static enum sift_status open_unix(struct sift_http_listen *out, const char *path, char *error, size_t error_size) {
  struct sockaddr_un name;
  if (name_unix(&name, path, error, error_size) != SIFT_OK) {
    return SIFT_EINVAL;
  }
  memcpy(name.sun_path, path, strlen(path) + 1);
  remove_stale(&name);
  mode_t before = umask(0117); /* owner and group: whoever may use the file may ask */
  out->fd = bind_and_listen(AF_UNIX, (const struct sockaddr *)&name, sizeof name);
  int reason = errno;
  umask(before);
  if (out->fd < 0) {
    snprintf(error, error_size, "cannot listen on unix:%s: %s", path, strerror(reason));
    return SIFT_EIO;
  }
  memcpy(out->path, path, strlen(path) + 1);
  return SIFT_OK;
}

/* "host:port" or "[host]:port". False where it is neither. */
static bool split(const char *address, char host[256], const char **port) {
  const char *colon = strrchr(address, ':');
  if (colon == NULL || colon == address) {
    return false;
  }
  *port = colon + 1;
  const char *begin = address;
  size_t len = (size_t)(colon - address);
  bool brackets = begin[0] == '[';
  if (brackets) {
    if (begin[len - 1] != ']') {
      return false;
    }
    begin++;
    len -= 2;
  }
  size_t digits = strspn(*port, "0123456789");
  if (len == 0 || len > 255 || (!brackets && memchr(begin, ':', len) != NULL) || digits == 0 || digits > PORT_BYTES_MAX ||
      (*port)[digits] != '\0' || strtoul(*port, NULL, 10) > 65535) {
    return false;
  }
  memcpy(host, begin, len);
  host[len] = '\0';
  return true;
}

/* *found: at least one, to be freed. */
static enum sift_status look_up(struct addrinfo **found, const char *address, char *error, size_t error_size) {
  char host[256];
  const char *port = NULL;
  if (!split(address, host, &port)) {
    snprintf(error, error_size, "'%s' is no address: give host:port, [::1]:port or unix:/path, e.g. 127.0.0.1:8080", address);
    return SIFT_EINVAL;
  }
  struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  int refused = getaddrinfo(host, port, &hints, found);
  if (refused != 0) {
    snprintf(error, error_size, "'%s' is no address of this machine: %s", host, gai_strerror(refused));
    return SIFT_EINVAL;
  }
  return SIFT_OK;
}

static enum sift_status open_inet(struct sift_http_listen *out, const char *address, char *error, size_t error_size) {
  struct addrinfo *found = NULL;
  if (look_up(&found, address, error, error_size) != SIFT_OK) {
    return SIFT_EINVAL;
  }
  out->fd = -1;
  for (const struct addrinfo *one = found; one != NULL && out->fd < 0; one = one->ai_next) {
    out->fd = bind_and_listen(one->ai_family, one->ai_addr, one->ai_addrlen);
  }
  int reason = errno;
  freeaddrinfo(found);
  if (out->fd < 0) {
    snprintf(error, error_size, "cannot listen on %s: %s", address, strerror(reason));
    return SIFT_EIO;
  }
  return SIFT_OK;
}

enum sift_status sift_http_listen_open(struct sift_http_listen *out, const char *address, char *error, size_t error_size) {
  *out = (struct sift_http_listen){.fd = -1};
  bool is_unix = strncmp(address, "unix:", 5) == 0;
  enum sift_status status = is_unix ? open_unix(out, address + 5, error, error_size) : open_inet(out, address, error, error_size);
  if (status == SIFT_OK && !describe(out)) {
    snprintf(error, error_size, "cannot tell the address of %s: %s", address, strerror(errno));
    sift_http_listen_close(out);
    status = SIFT_EIO;
  }
  return status;
}

enum sift_status sift_http_token_missing(const char *address, char *error, size_t error_size) {
  snprintf(error, error_size,
           "%s can be reached from other machines, so a bearer token is needed: name a file that holds one, or listen on "
           "127.0.0.1 or a unix socket",
           address);
  return SIFT_EINVAL;
}

static enum sift_status check_inet(const char *address, bool token, char *error, size_t error_size) {
  struct addrinfo *found = NULL;
  if (look_up(&found, address, error, error_size) != SIFT_OK) {
    return SIFT_EINVAL;
  }
  bool local = sift_http_is_local(found->ai_addr);
  freeaddrinfo(found);
  return local || token ? SIFT_OK : sift_http_token_missing(address, error, error_size);
}

enum sift_status sift_http_listen_check(const char *address, const char *token_file, char *error, size_t error_size) {
  struct sockaddr_un name;
  bool is_unix = strncmp(address, "unix:", 5) == 0;
  enum sift_status status =
      is_unix ? name_unix(&name, address + 5, error, error_size) : check_inet(address, token_file != NULL, error, error_size);
  if (status == SIFT_OK && token_file != NULL) {
    char *token = NULL;
    status = sift_http_token_read(&token, token_file, error, error_size);
    free(token);
  }
  return status;
}

enum sift_status sift_http_listen_take(struct sift_http_listen *out, int fd, char *error, size_t error_size) {
  *out = (struct sift_http_listen){.fd = fd};
  int listening = 0;
  socklen_t size = sizeof listening;
  bool good = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0 && describe(out);
  int flags = good ? fcntl(fd, F_GETFL) : -1;
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    snprintf(error, error_size, "file descriptor %d is no listening stream socket", fd);
    out->fd = -1;
    return SIFT_EINVAL;
  }
  return SIFT_OK;
}

void sift_http_listen_close(struct sift_http_listen *listen) {
  if (listen->fd >= 0) {
    close(listen->fd);
    listen->fd = -1;
  }
  if (listen->path[0] != '\0') {
    unlink(listen->path);
    listen->path[0] = '\0';
  }
}

/* --- the token --------------------------------------------------------------------------------------------------------- */

static enum sift_status check_token(char *text, size_t *len, const char *path, char *error, size_t error_size) {
  size_t begin = strspn(text, " \t\r\n");
  size_t end = *len;
  while (end > begin && strchr(" \t\r\n", text[end - 1]) != NULL) {
    end--;
  }
  memmove(text, text + begin, end - begin);
  text[end - begin] = '\0';
  *len = end - begin;
  for (size_t i = 0; i < *len; i++) {
    if (text[i] <= ' ' || text[i] > '~') {
      snprintf(error, error_size, "%s holds no token: one line of visible ASCII without blanks is wanted", path);
      return SIFT_EINVAL;
    }
  }
  if (*len < SIFT_TOKEN_BYTES_MIN || *len > SIFT_TOKEN_BYTES_MAX) {
    snprintf(error, error_size, "the token in %s has %zu characters: take %d to %d, e.g. from 'openssl rand -hex 32'", path, *len,
             SIFT_TOKEN_BYTES_MIN, SIFT_TOKEN_BYTES_MAX);
    return SIFT_EINVAL;
  }
  return SIFT_OK;
}

enum sift_status sift_http_token_read(char **out, const char *path, char *error, size_t error_size) {
  *out = NULL;
  FILE *file = fopen(path, "re");
  struct stat info;
  if (file == NULL || fstat(fileno(file), &info) != 0) {
    snprintf(error, error_size, "cannot read the token in %s: %s", path, strerror(errno));
    if (file != NULL) {
      fclose(file);
    }
    return SIFT_EIO;
  }
  char *text = calloc(1, SIFT_TOKEN_BYTES_MAX + 64);
  size_t len = text != NULL ? fread(text, 1, SIFT_TOKEN_BYTES_MAX + 63, file) : 0;
  fclose(file);
  if (text == NULL) {
    return SIFT_ENOMEM;
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    snprintf(error, error_size, "everybody may read the token in %s: run chmod o= on it, and take a new token", path);
    free(text);
    return SIFT_EINVAL;
  }
  enum sift_status status = check_token(text, &len, path, error, error_size);
  if (status != SIFT_OK) {
    free(text);
    return status;
  }
  *out = text;
  return SIFT_OK;
}

bool sift_http_token_fits(const char *token, const char *authorization) {
  const char *given = authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0 ? authorization + 7 : "";
  size_t given_len = strlen(given);
  size_t len = strlen(token);
  unsigned char differs = given_len != len;
  for (size_t i = 0; i < len; i++) {
    /* Without a branch on what is right; the length of the token is no secret. */
    differs |= (unsigned char)(token[i] ^ (given_len > 0 ? given[i % given_len] : '\0'));
  }
  return differs == 0;
}
