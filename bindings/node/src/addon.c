/* The addon: Node-API over leasehold.h. index.js makes the classes that applications see. */
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leasehold.h"

#define MAX_ARGUMENTS 5

/* What went wrong, copied on the thread where it did. */
struct failure {
  int32_t code;
  char name[64];
  char message[2048];
  char hint[1024];
};

static void keep(struct failure *failure, int32_t code) {
  const lh_error *last = lh_last_error();
  failure->code = code;
  if (code != LH_OK && last != NULL) {
    snprintf(failure->name, sizeof failure->name, "%s", last->name);
    snprintf(failure->message, sizeof failure->message, "%s", last->message);
    snprintf(failure->hint, sizeof failure->hint, "%s", last->hint);
  }
}

static napi_value text_value(napi_env env, const char *text) {
  napi_value value = NULL;
  if (text == NULL) napi_get_null(env, &value);
  else napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

static void set(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

static napi_value number_value(napi_env env, int64_t number) {
  napi_value value;
  napi_create_int64(env, number, &value);
  return value;
}

static napi_value error_value(napi_env env, const struct failure *failure) {
  napi_value error, message = text_value(env, failure->message);
  napi_create_error(env, NULL, message, &error);
  set(env, error, "code", text_value(env, failure->name));
  set(env, error, "number", number_value(env, failure->code));
  set(env, error, "hint", text_value(env, failure->hint));
  return error;
}

/* Throws where code is a failure; whether it is none. */
static int check(napi_env env, int32_t code) {
  struct failure failure = {0};
  if (code == LH_OK) return 1;
  keep(&failure, code);
  napi_throw(env, error_value(env, &failure));
  return 0;
}

static int wrong(napi_env env, const char *what) {
  struct failure failure = {LH_INVALID_ARGUMENT, "invalid-argument", "", "see the types of this package"};
  snprintf(failure.message, sizeof failure.message, "%s", what);
  napi_throw(env, error_value(env, &failure));
  return 0;
}

static size_t arguments(napi_env env, napi_callback_info info, napi_value *values) {
  size_t count = MAX_ARGUMENTS;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  return count;
}

static int read_client(napi_env env, napi_value value, lh_client *client) {
  bool lossless = false;
  if (napi_get_value_bigint_uint64(env, value, client, &lossless) != napi_ok) return wrong(env, "the handle is no BigInt");
  return 1;
}

/* A copy of a text that the caller frees; NULL where the value is null or undefined. */
static int read_text(napi_env env, napi_value value, const char *name, char **text) {
  napi_valuetype type;
  size_t len = 0;
  char what[128];
  *text = NULL;
  napi_typeof(env, value, &type);
  if (type == napi_undefined || type == napi_null) return 1;
  snprintf(what, sizeof what, "%s is no text without zeros", name);
  if (type != napi_string || napi_get_value_string_utf8(env, value, NULL, 0, &len) != napi_ok) return wrong(env, what);
  *text = malloc(len + 1);
  if (*text == NULL) return wrong(env, "memory is full");
  napi_get_value_string_utf8(env, value, *text, len + 1, &len);
  if (strlen(*text) != len) {
    free(*text);
    *text = NULL;
    return wrong(env, what);
  }
  return 1;
}

/* Bytes of a Uint8Array; empty ones have an address, too. */
static int read_bytes(napi_env env, napi_value value, const char *name, const uint8_t **bytes, size_t *len) {
  static const uint8_t none = 0;
  napi_typedarray_type type;
  void *data = NULL;
  char what[128];
  bool is = false;
  snprintf(what, sizeof what, "%s is no Uint8Array", name);
  napi_is_typedarray(env, value, &is);
  if (!is || napi_get_typedarray_info(env, value, &type, len, &data, NULL, NULL) != napi_ok || type != napi_uint8_array) {
    return wrong(env, what);
  }
  *bytes = *len == 0 ? &none : data;
  return 1;
}

static napi_value standing_value(napi_env env, const lh_standing *standing) {
  napi_value value, back;
  napi_create_object(env, &value);
  napi_get_boolean(env, standing->clock_set_back == 1, &back);
  set(env, value, "kind", number_value(env, standing->standing));
  set(env, value, "actual", number_value(env, standing->actual));
  set(env, value, "why", text_value(env, standing->why == LH_OK ? NULL : lh_result_name(standing->why)));
  set(env, value, "mode", number_value(env, standing->mode));
  set(env, value, "until", number_value(env, standing->until));
  set(env, value, "renewAt", number_value(env, standing->renew_at));
  set(env, value, "daysLeft", number_value(env, standing->days_left));
  set(env, value, "now", number_value(env, standing->now));
  set(env, value, "clockSetBack", back);
  return value;
}

static napi_value open_client(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS], given, handle = NULL;
  const uint8_t *manifest;
  size_t len;
  int64_t number = 0;
  lh_client client = 0;
  lh_options options = {0};
  struct { const char *name; const char **to; char *text; } texts[] = {
      {"state", &options.state, NULL},
      {"hosts", &options.hosts, NULL},
      {"root", &options.root, NULL},
      {"caFile", &options.ca_file, NULL},
      {"instance", &options.instance, NULL},
      {"hostName", &options.host_name, NULL},
      {"directory", &options.directory, NULL},
      {"directoryUser", &options.directory_user, NULL},
      {"directoryPassword", &options.directory_password, NULL},
      {"directoryBase", &options.directory_base, NULL},
      {"testClock", &options.test_clock, NULL},
  };
  const size_t count = sizeof texts / sizeof *texts;
  int good = arguments(env, info, values) >= 2 && read_bytes(env, values[0], "manifest", &manifest, &len);
  options.size = sizeof options;
  if (good) {
    napi_get_named_property(env, values[1], "flags", &given);
    napi_get_value_int64(env, given, &number);
    options.flags = (uint32_t)number;
    number = 0;
    napi_get_named_property(env, values[1], "connectTimeout", &given);
    napi_get_value_int64(env, given, &number);
    options.connect_timeout_ms = (uint32_t)number;
  }
  for (size_t i = 0; good && i < count; i++) {
    napi_get_named_property(env, values[1], texts[i].name, &given);
    good = read_text(env, given, texts[i].name, &texts[i].text);
    *texts[i].to = texts[i].text;
  }
  if (good && check(env, lh_client_open(manifest, len, &options, &client))) napi_create_bigint_uint64(env, client, &handle);
  for (size_t i = 0; i < count; i++) free(texts[i].text);
  return handle;
}

static napi_value standing_of(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS];
  lh_client client;
  lh_standing standing = {0};
  standing.size = sizeof standing;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client) || !check(env, lh_client_standing(client, &standing))) return NULL;
  return standing_value(env, &standing);
}

static napi_value feature_of(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS], value = NULL;
  lh_client client;
  char *name = NULL;
  int32_t has = 0;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client) || !read_text(env, values[1], "name", &name)) return NULL;
  if (check(env, lh_client_feature(client, name, &has))) napi_get_boolean(env, has == 1, &value);
  free(name);
  return value;
}

static napi_value given_text(napi_env env, int32_t code, char *text) {
  napi_value value = NULL;
  if (check(env, code)) value = text_value(env, text);
  lh_free(text);
  return value;
}

/* What a function of the library gives as a text about a client. */
static napi_value text_of(napi_env env, napi_callback_info info, int32_t (*give)(lh_client, char **)) {
  napi_value values[MAX_ARGUMENTS];
  lh_client client;
  char *text = NULL;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client)) return NULL;
  int32_t code = give(client, &text);
  return given_text(env, code, text);
}

static napi_value message_of(napi_env env, napi_callback_info info) { return text_of(env, info, lh_client_message); }

static napi_value status_of(napi_env env, napi_callback_info info) { return text_of(env, info, lh_client_status); }

static napi_value read_key(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS];
  char *typed = NULL, *text = NULL;
  arguments(env, info, values);
  if (!read_text(env, values[0], "typed", &typed)) return NULL;
  int32_t code = lh_read_key(typed, &text);
  free(typed);
  return given_text(env, code, text);
}

static napi_value verify(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS];
  const uint8_t *document, *list = NULL;
  size_t len, list_len = 0;
  int64_t at = 0;
  napi_valuetype type;
  char *root = NULL, *text = NULL;
  arguments(env, info, values);
  napi_typeof(env, values[3], &type);
  if (!read_bytes(env, values[0], "document", &document, &len) ||
      (type == napi_object && !read_bytes(env, values[3], "revocations", &list, &list_len)) ||
      !read_text(env, values[1], "root", &root)) {
    return NULL;
  }
  napi_get_value_int64(env, values[2], &at);
  int32_t code = lh_verify(document, len, root, (uint64_t)at, list, list_len, &text);
  free(root);
  return given_text(env, code, text);
}

/* What waits for the network runs on a thread of Node's pool. */
enum operation { ACTIVATE, ACTIVATE_WITH_KEY, RENEW, BORROW, TICK, RELEASE, DOCTOR, REQUEST_FOR_HOST, REQUEST_FOR_VENDOR, INSTALL, SIGN_IN, SIGN_OUT, DEVICES, FREE_DEVICE };

struct job {
  napi_async_work work;
  napi_deferred deferred;
  enum operation operation;
  lh_client client;
  char *texts[2];
  uint8_t *data;
  size_t len;
  struct failure failure;
  char *text;
  uint8_t *bytes;
  size_t size;
  int32_t number;
  uint64_t seconds;
  /* Of a sign-in: where the prompt is shown, and a byte of JavaScript's that is set to give up. */
  napi_threadsafe_function show;
  napi_ref stop_ref;
  volatile uint8_t *stop;
};

struct prompt { char *address, *code, *with_code; uint64_t seconds; };

static char *copy_of(const char *text) { return text == NULL ? NULL : strdup(text); }

static int32_t show_prompt(void *context, const lh_sign_in_prompt *given) {
  struct job *job = context;
  if (given != NULL) {
    struct prompt *prompt = malloc(sizeof *prompt);
    if (prompt == NULL) return 1;
    *prompt = (struct prompt){copy_of(given->address), copy_of(given->code), copy_of(given->address_with_code), given->seconds};
    napi_call_threadsafe_function(job->show, prompt, napi_tsfn_nonblocking);
  }
  return *job->stop;
}

static void run(napi_env env, void *data) {
  struct job *job = data;
  lh_client client = job->client;
  int32_t code = LH_INVALID_ARGUMENT;
  (void)env;
  switch (job->operation) {
    case ACTIVATE: code = lh_client_activate(client); break;
    case ACTIVATE_WITH_KEY: code = lh_client_activate_with_key(client, job->texts[0], job->texts[1]); break;
    case RENEW: code = lh_client_renew(client); break;
    case BORROW: code = lh_client_borrow(client, job->seconds); break;
    case TICK: code = lh_client_tick(client); break;
    case RELEASE: code = lh_client_release(client); break;
    case DOCTOR: code = lh_client_doctor(client, &job->text); break;
    case REQUEST_FOR_HOST: code = lh_client_request_for_host(client, &job->bytes, &job->size); break;
    case REQUEST_FOR_VENDOR: code = lh_client_request_for_vendor(client, job->texts[0], &job->bytes, &job->size); break;
    case INSTALL: code = lh_client_install(client, job->data, job->len); break;
    case SIGN_IN: code = lh_client_sign_in(client, job->number, show_prompt, job); break;
    case SIGN_OUT: code = lh_client_sign_out(client); break;
    case DEVICES: code = lh_client_devices(client, &job->text); break;
    case FREE_DEVICE: code = lh_client_free_device(client, job->texts[0], &job->number); break;
  }
  keep(&job->failure, code);
}

static void finish(napi_env env, napi_status status, void *data) {
  struct job *job = data;
  napi_value value;
  (void)status;
  napi_get_undefined(env, &value);
  if (job->failure.code != LH_OK) {
    napi_reject_deferred(env, job->deferred, error_value(env, &job->failure));
  } else {
    if (job->text != NULL) value = text_value(env, job->text);
    if (job->bytes != NULL) napi_create_buffer_copy(env, job->size, job->bytes, NULL, &value);
    if (job->operation == FREE_DEVICE) napi_get_boolean(env, job->number == 1, &value);
    napi_resolve_deferred(env, job->deferred, value);
  }
  if (job->show != NULL) napi_release_threadsafe_function(job->show, napi_tsfn_release);
  if (job->stop_ref != NULL) napi_delete_reference(env, job->stop_ref);
  napi_delete_async_work(env, job->work);
  lh_free(job->text);
  lh_free(job->bytes);
  free(job->texts[0]);
  free(job->texts[1]);
  free(job->data);
  free(job);
}

static void call_show(napi_env env, napi_value show, void *context, void *data) {
  struct prompt *prompt = data;
  (void)context;
  if (env != NULL) {
    napi_value value, undefined;
    napi_get_undefined(env, &undefined);
    napi_create_object(env, &value);
    set(env, value, "address", text_value(env, prompt->address));
    set(env, value, "code", text_value(env, prompt->code));
    set(env, value, "addressWithCode", text_value(env, prompt->with_code));
    set(env, value, "seconds", number_value(env, (int64_t)prompt->seconds));
    napi_call_function(env, undefined, show, 1, &value, NULL);
  }
  free(prompt->address);
  free(prompt->code);
  free(prompt->with_code);
  free(prompt);
}

/* (handle, operation, ...): texts, or bytes, or seconds, or for a sign-in way, function and the byte that gives up. */
static napi_value start_job(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS], name = text_value(env, "leasehold"), promise = NULL;
  const uint8_t *bytes = NULL;
  int32_t operation = 0;
  lh_client client;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client)) return NULL;
  napi_get_value_int32(env, values[1], &operation);
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) return NULL;
  job->client = client;
  job->operation = (enum operation)operation;
  int good = 1;
  if (operation == INSTALL) {
    good = read_bytes(env, values[2], "answer", &bytes, &job->len);
    if (good && (job->data = malloc(job->len + 1)) != NULL) memcpy(job->data, bytes, job->len);
  } else if (operation == BORROW) {
    int64_t seconds = 0;
    napi_get_value_int64(env, values[2], &seconds);
    job->seconds = seconds < 0 ? 0 : (uint64_t)seconds;
  } else if (operation == SIGN_IN) {
    napi_get_value_int32(env, values[2], &job->number);
    good = read_bytes(env, values[4], "stop", &bytes, &job->len);
    job->stop = (volatile uint8_t *)bytes;
    if (good) {
      napi_create_reference(env, values[4], 1, &job->stop_ref);
      good = napi_create_threadsafe_function(env, values[3], NULL, name, 0, 1, NULL, NULL, NULL, call_show, &job->show) == napi_ok ||
             wrong(env, "show is no function");
    }
  } else {
    good = read_text(env, values[2], "key", &job->texts[0]) && read_text(env, values[3], "authority", &job->texts[1]);
  }
  if (!good) {
    if (job->stop_ref != NULL) napi_delete_reference(env, job->stop_ref);
    free(job->texts[0]);
    free(job);
    return NULL;
  }
  napi_create_promise(env, &job->deferred, &promise);
  napi_create_async_work(env, NULL, name, run, finish, job, &job->work);
  napi_queue_async_work(env, job->work);
  return promise;
}

/* Renewing in the background: events come from a thread of the library and are told on that of JavaScript. */
struct watcher { lh_client client; napi_threadsafe_function tell; };
struct told { int32_t kind, result; char *message; lh_standing standing; };

static void told_event(void *context, const lh_event *event) {
  struct watcher *watcher = context;
  struct told *told = malloc(sizeof *told);
  if (told == NULL) return;
  *told = (struct told){event->kind, event->result, copy_of(event->message), event->standing};
  if (napi_call_threadsafe_function(watcher->tell, told, napi_tsfn_nonblocking) != napi_ok) {
    free(told->message);
    free(told);
  }
}

static void call_changed(napi_env env, napi_value changed, void *context, void *data) {
  struct told *told = data;
  (void)context;
  if (env != NULL) {
    napi_value value, undefined;
    napi_get_undefined(env, &undefined);
    napi_create_object(env, &value);
    set(env, value, "kind", number_value(env, told->kind));
    set(env, value, "error", text_value(env, told->result == LH_OK ? NULL : lh_result_name(told->result)));
    set(env, value, "message", text_value(env, told->message));
    set(env, value, "standing", standing_value(env, &told->standing));
    napi_call_function(env, undefined, changed, 1, &value, NULL);
  }
  free(told->message);
  free(told);
}

static void stop_watching(void *data) {
  struct watcher *watcher = data;
  lh_client_stop_renewing(watcher->client);
}

static napi_value start_renewing(napi_env env, napi_callback_info info) {
  napi_value values[MAX_ARGUMENTS], name = text_value(env, "leasehold"), value = NULL;
  lh_client client;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client)) return NULL;
  struct watcher *watcher = calloc(1, sizeof *watcher);
  if (watcher == NULL) return NULL;
  watcher->client = client;
  if (napi_create_threadsafe_function(env, values[1], NULL, name, 0, 1, NULL, NULL, NULL, call_changed, &watcher->tell) != napi_ok) {
    wrong(env, "changed is no function");
    free(watcher);
    return NULL;
  }
  /* The process may end while it renews. */
  napi_unref_threadsafe_function(env, watcher->tell);
  if (!check(env, lh_client_start_renewing(client, told_event, watcher))) {
    napi_release_threadsafe_function(watcher->tell, napi_tsfn_abort);
    free(watcher);
    return NULL;
  }
  napi_add_env_cleanup_hook(env, stop_watching, watcher);
  napi_create_external(env, watcher, NULL, NULL, &value);
  return value;
}

/* (handle, watcher or null): nothing is told any more once this returns. */
static napi_value end_watching(napi_env env, napi_callback_info info, int32_t (*end)(lh_client)) {
  napi_value values[MAX_ARGUMENTS];
  struct watcher *watcher = NULL;
  napi_valuetype type;
  lh_client client;
  arguments(env, info, values);
  if (!read_client(env, values[0], &client)) return NULL;
  napi_typeof(env, values[1], &type);
  if (type == napi_external) napi_get_value_external(env, values[1], (void **)&watcher);
  int32_t code = end(client);
  int good = check(env, code);
  if (watcher != NULL && good) {
    napi_remove_env_cleanup_hook(env, stop_watching, watcher);
    napi_release_threadsafe_function(watcher->tell, napi_tsfn_abort);
    free(watcher);
  }
  return NULL;
}

static napi_value stop_renewing(napi_env env, napi_callback_info info) { return end_watching(env, info, lh_client_stop_renewing); }
static napi_value close_client(napi_env env, napi_callback_info info) { return end_watching(env, info, lh_client_close); }

NAPI_MODULE_INIT() {
  const struct { const char *name; napi_callback function; } functions[] = {
      {"open", open_client},     {"close", close_client},           {"standing", standing_of},
      {"feature", feature_of},   {"message", message_of},           {"status", status_of},
      {"start", start_job},      {"startRenewing", start_renewing}, {"stopRenewing", stop_renewing},
      {"readKey", read_key},     {"verify", verify},
  };
  if (!check(env, lh_check_abi(LH_ABI_VERSION))) return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    set(env, exports, functions[i].name, function);
  }
  set(env, exports, "version", text_value(env, lh_version()));
  return exports;
}
