/* The configuration file: the settings by their names, and `listen:`, a list of URLs or of mappings with `url` and options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patterns/fields.h"
#include "tools/spacesift/serve_settings.h"

enum { CONFIG_BYTES_MAX = 1024 * 1024 };

static enum sift_status read_file(const char *path, char **bytes, size_t *len) {
  FILE *file = fopen(path, "re");
  *bytes = malloc(CONFIG_BYTES_MAX + 1);
  if (file == NULL || *bytes == NULL) {
    sift_say("%s: %s", path, file == NULL ? strerror(errno) : sift_status_text(SIFT_ENOMEM));
    if (file != NULL) {
      fclose(file);
    }
    return SIFT_EIO;
  }
  *len = fread(*bytes, 1, CONFIG_BYTES_MAX + 1, file);
  bool good = ferror(file) == 0 && *len <= CONFIG_BYTES_MAX;
  fclose(file);
  if (!good) {
    sift_say("%s: cannot be read, or is larger than 1 MiB", path);
  }
  return good ? SIFT_OK : SIFT_EIO;
}

/* A scalar as text, quoted or not: numbers and words are settings too. */
static const char *scalar(struct sift_reading *reading, const struct sift_yaml *node, const char *field) {
  if (node->kind != SIFT_YAML_SCALAR || memchr(node->text.data, '\0', node->text.len) != NULL) {
    sift_reading_error(reading, node, field, "write one value", "is no single value");
    return NULL;
  }
  return node->text.data;
}

static void read_option(struct sift_reading *reading, struct sift_serve_settings *settings, struct sift_listener_config *listener,
                        const struct sift_yaml *node) {
  char error[SIFT_LISTENER_ERROR_BYTES];
  const char *value = scalar(reading, node, node->key->text.data);
  if (value != NULL && sift_listener_set(listener, &settings->arena, node->key->text, sift_span_of(value), error) != SIFT_OK) {
    sift_reading_error(reading, node, node->key->text.data, "", "%s", error);
  }
}

static void read_listener(struct sift_reading *reading, struct sift_serve_settings *settings, const struct sift_yaml *node) {
  char error[SIFT_SERVE_ERROR_BYTES];
  const struct sift_yaml *url = node->kind == SIFT_YAML_MAP ? sift_yaml_get(node, "url") : node;
  if (url == NULL) {
    sift_reading_error(reading, node, "listen", "write url: tcp://HOST:PORT or the like", "a listener has no url");
    return;
  }
  const char *text = scalar(reading, url, "listen");
  if (text != NULL && !sift_serve_listen(settings, text, error)) {
    sift_reading_error(reading, url, "listen", "", "%s", error);
    return;
  }
  for (const struct sift_yaml *item = node->kind == SIFT_YAML_MAP ? node->first : NULL; item != NULL && text != NULL;
       item = item->next) {
    if (item != url) {
      read_option(reading, settings, &settings->listeners[settings->listener_count - 1], item);
    }
  }
}

static void read_setting(struct sift_reading *reading, struct sift_serve_settings *settings, const struct sift_yaml *node) {
  char error[SIFT_SERVE_ERROR_BYTES];
  if (strcmp(node->key->text.data, "listen") == 0) {
    bool list = node->kind == SIFT_YAML_LIST;
    for (const struct sift_yaml *item = list ? node->first : node; item != NULL; item = list ? item->next : NULL) {
      read_listener(reading, settings, item);
    }
    return;
  }
  const char *value = scalar(reading, node, node->key->text.data);
  if (value != NULL && !sift_serve_set(settings, node->key->text, value, false, error)) {
    sift_reading_error(reading, node, "", "", "%s", error);
  }
}

static enum sift_status read_all(struct sift_serve_settings *settings, const char *path, struct sift_span bytes,
                                 struct sift_problems *problems) {
  const struct sift_yaml *root = NULL;
  struct sift_reading reading = {.problems = problems, .arena = &settings->arena, .file = path, .subject = ""};
  enum sift_status status = sift_yaml_parse(&root, &settings->arena, path, bytes, problems);
  if (status != SIFT_OK || root == NULL) {
    return status;
  }
  if (root->kind != SIFT_YAML_MAP) {
    sift_reading_error(&reading, root, "", "write SETTING: VALUE, one a line", "the file holds no settings");
  }
  for (const struct sift_yaml *node = root->kind == SIFT_YAML_MAP ? root->first : NULL; node != NULL; node = node->next) {
    read_setting(&reading, settings, node);
  }
  return problems->errors > 0 ? SIFT_ERULES : SIFT_OK;
}

int sift_serve_config_read(struct sift_serve_settings *settings, const char *path) {
  char *bytes = NULL;
  size_t len = 0;
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = read_file(path, &bytes, &len);
  if (status == SIFT_OK) {
    status = read_all(settings, path, sift_span(bytes, len), &problems);
  }
  sift_problems_print(&problems, stderr);
  sift_problems_release(&problems);
  free(bytes);
  return status == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}
