/* spacesift serve: classifies a live stream from log collectors. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tools/spacesift/serve_settings.h"

static const char help_text[] =
    "Usage: spacesift serve --listen URL... [OPTION...]\n\n"
    "Takes what log collectors send, and keeps the triage of the fleet live.\n\n"
    "Listeners (docs/serve.md has the configuration of each collector):\n"
    "      --listen URL         tcp://HOST:PORT      newline text or JSON Lines, zstd and gzip too\n"
    "                           syslog://HOST:PORT   RFC 5424 and 3164, any framing\n"
    "                           forward://HOST:PORT  Fluentd's Forward: Fluentd, Fluent Bit\n"
    "                           with +tls, +unix (forward+unix:///PATH), +systemd (tcp+systemd://NAME);\n"
    "                           options behind '?': space, channel, time, text (templates),\n"
    "                           cert, key, client-ca, shared-key-file, users-file, hostname\n"
    "      --config FILE        settings by their names below, as YAML; 'listen' is a list\n"
    "      --check              check all that is given, and end\n\n"
    "What is known besides the logs (read again when the file changes, and at SIGHUP):\n"
    "      --facts FILE         of Spaces from outside their logs: JSON Lines, or the Hub's JSON\n"
    "      --status FILE        the platform's status page as JSON\n\n"
    "What lasts:\n"
    "      --data-dir DIR       journal and checkpoints: what is acknowledged survives a crash\n"
    "      --checkpoint-interval T  (default 1m)\n"
    "      --segment-bytes N, --keep-bytes N, --keep-age T   the journal's files (64M, 1G, 7d)\n"
    "      --chunk-age T        how long a Forward chunk's id is remembered (24h)\n\n"
    "HTTP:\n"
    "      --http ADDRESS       HOST:PORT, [::1]:PORT or unix:/PATH: health, metrics, triage\n"
    "      --http-token-file F  bearer token; needed where the address is not of this machine only\n"
    "      --view-interval T    how often the picture of the fleet is renewed (1s)\n\n"
    "Limits:\n"
    "      --memory-limit N     of all connections together (512M)\n"
    "      --overflow W         block (default): reading stops; drop-newest: records are dropped and counted\n"
    "      --connections-max N  (10000)\n"
    "      --frame-bytes-max N, --line-bytes-max N, --inflated-bytes-max N   (16M, 1M, 64M)\n"
    "      --window-log N       largest zstd window, 2^N bytes (23)\n"
    "      --frame-timeout T    for a frame to complete (1m; 0: any)\n"
    "      --idle-timeout T     without a byte (1h; 0: any)\n"
    "      --spaces-max N       keep at most N Spaces apart (1000000)\n\n"
    "Rules and work:\n"
    "      --rules PATH         a rule set of your own; SIGHUP reads it again\n"
    "      --no-cache           compile the rules anew and keep nothing on disk\n"
    "  -j, --jobs N             event loops (default: the cores this process may use)\n"
    "      --gather T           how long records wait for others to be scanned with (5ms)\n"
    "      --log-level L        debug, info (default), warning or error\n"
    "      --log-format F       text (default) or json\n"
    "  -h, --help               this text\n\n"
    "Sizes are written 65536, 64K, 512M or 2G, times 200ms, 30s, 5m, 12h or 7d.\n";

enum { OPT_LISTEN = 1000, OPT_CONFIG, OPT_CHECK, OPT_SETTING = 2000, OPTIONS_MAX = 80 };

/* What the command line says besides settings. */
struct command {
  const char *config_file;
  bool check, help;
};

static void make_options(struct option options[OPTIONS_MAX]) {
  static const struct option fixed[] = {
      {"listen", required_argument, NULL, OPT_LISTEN},
      {"config", required_argument, NULL, OPT_CONFIG},
      {"check", no_argument, NULL, OPT_CHECK},
      {"help", no_argument, NULL, 'h'},
  };
  size_t count = sizeof fixed / sizeof fixed[0];
  memcpy(options, fixed, sizeof fixed);
  for (size_t i = 0; sift_serve_setting_name(i) != NULL && count + 1 < OPTIONS_MAX; i++) {
    const char *name = sift_serve_setting_name(i);
    int wants = strcmp(name, "no-cache") == 0 ? no_argument : required_argument;
    options[count++] = (struct option){name, wants, NULL, OPT_SETTING + (int)i};
  }
  options[count] = (struct option){0};
}

static int take(struct sift_serve_settings *settings, struct command *command, int option) {
  char error[SIFT_SERVE_ERROR_BYTES];
  bool good = true;
  switch (option) {
  case OPT_LISTEN:
    good = sift_serve_listen(settings, optarg, error);
    break;
  case OPT_CONFIG:
    command->config_file = optarg;
    break;
  case OPT_CHECK:
    command->check = true;
    break;
  case 'h':
    command->help = true;
    break;
  case 'j':
    good = sift_serve_set(settings, sift_span_of("jobs"), optarg, true, error);
    break;
  default: {
    const char *name = sift_serve_setting_name((size_t)(option - OPT_SETTING));
    good = sift_serve_set(settings, sift_span_of(name), optarg != NULL ? optarg : "true", true, error);
  }
  }
  return good ? SIFT_EXIT_OK : sift_usage("serve", "%s", error);
}

static int parse(struct sift_serve_settings *settings, struct command *command, int argc, char **argv) {
  struct option options[OPTIONS_MAX];
  int status = SIFT_EXIT_OK;
  make_options(options);
  optind = 0;
  opterr = 0;
  for (int got = 0; status == SIFT_EXIT_OK && (got = getopt_long(argc, argv, ":hj:", options, NULL)) != -1;) {
    status = got == '?' || got == ':' ? sift_bad_option("serve", got, argv, options) : take(settings, command, got);
  }
  if (status == SIFT_EXIT_OK && optind < argc && !command->help) {
    return sift_usage("serve", "'%s' is no option: listeners are given with --listen", argv[optind]);
  }
  return status;
}

/* All that is given is known: whether it goes together. */
static int complete(struct sift_serve_settings *settings) {
  char error[SIFT_LISTENER_ERROR_BYTES];
  if (settings->listener_count == 0) {
    return sift_usage("serve", "there is nothing to listen at: give --listen tcp://127.0.0.1:5140 or the like");
  }
  for (size_t i = 0; i < settings->listener_count; i++) {
    if (sift_listener_check(&settings->listeners[i], error) != SIFT_OK) {
      return sift_usage("serve", "%s", error);
    }
  }
  settings->config.listeners = settings->listeners;
  settings->config.listener_count = settings->listener_count;
  return SIFT_EXIT_OK;
}

static enum sift_status load_rules(void *context, struct sift_rulebox **out, char error[SIFT_SERVER_ERROR_BYTES]) {
  const struct sift_serve_settings *settings = context;
  struct sift_rules rules;
  *out = NULL;
  if (sift_rules_open(&rules, settings->rules, true, !settings->no_cache, false) != SIFT_EXIT_OK) {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s cannot be used: what is wrong with it stands above",
             settings->rules != NULL ? settings->rules : "the built-in rule set");
    return SIFT_ERULES;
  }
  return sift_rulebox_new(out, rules.ruleset, rules.database);
}

/* As many descriptors as connections may be had, where the system lets us. Where it does not, fewer connections: what we need
 * ourselves (the journal, checkpoints, HTTP, the loops) must not run out because others hold on to theirs. */
static void provide_descriptors(struct sift_server_config *config) {
  enum { OWN = 128 };
  struct rlimit limit;
  rlim_t own = OWN + 2 * (rlim_t)config->loops + config->listener_count;
  rlim_t want = (rlim_t)config->connections_max + own;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want) {
    return;
  }
  limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == want) {
    return;
  }
  (void)getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t room = limit.rlim_cur > 2 * own ? limit.rlim_cur - own : limit.rlim_cur / 2;
  config->connections_max = room < config->connections_max ? (size_t)room : config->connections_max;
  sift_note_say(config->note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS,
                "the descriptors that the system allows are enough for %zu connections, not more: raise LimitNOFILE (ulimit -n)",
                config->connections_max);
}

static int check(const struct sift_serve_settings *settings) {
  char error[SIFT_SERVER_ERROR_BYTES];
  if (sift_server_check(&settings->config, error) != SIFT_OK) {
    sift_say("%s", error);
    return SIFT_EXIT_USAGE;
  }
  bool known = settings->config.facts != NULL || settings->config.status != NULL;
  printf("%zu listeners%s the rules%s are good\n", settings->listener_count, known ? "," : " and",
         known ? " and what is known besides" : "");
  return SIFT_EXIT_OK;
}

static int serve(struct sift_serve_settings *settings) {
  char error[SIFT_SERVER_ERROR_BYTES] = "";
  struct sift_server *server = NULL;
  settings->config.note = sift_note_new(settings->log_level, settings->log_json);
  provide_descriptors(&settings->config);
  enum sift_status status = sift_server_new(&server, &settings->config, error);
  if (status == SIFT_OK) {
    status = sift_server_run(server, error);
  }
  sift_server_free(server);
  sift_note_free(settings->config.note);
  if (status != SIFT_OK) {
    sift_say("%s", error);
    return SIFT_EXIT_USAGE;
  }
  return SIFT_EXIT_OK;
}

int sift_command_serve(int argc, char **argv) {
  struct sift_serve_settings settings;
  struct command command = {0};
  sift_serve_settings_init(&settings);
  settings.config.rules = (struct sift_server_rules){&settings, load_rules};
  int status = parse(&settings, &command, argc, argv);
  if (status == SIFT_EXIT_OK && command.help) {
    fputs(help_text, stdout);
  } else if (status == SIFT_EXIT_OK) {
    status = command.config_file != NULL ? sift_serve_config_read(&settings, command.config_file) : SIFT_EXIT_OK;
    status = status == SIFT_EXIT_OK ? complete(&settings) : status;
    status = status == SIFT_EXIT_OK ? (command.check ? check(&settings) : serve(&settings)) : status;
  }
  sift_serve_settings_release(&settings);
  return status;
}
