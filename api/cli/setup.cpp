#include "api/cli/setup.hpp"

#include "api/cli/connect.hpp"
#include "api/http/api_keys.hpp"
#include "api/http/hooks.hpp"
#include "api/http/openapi.hpp"
#include "api/kafka_config.hpp"
#include "api/version.hpp"
#include "ledger/heal.hpp"
#include "ledger/json.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_link.hpp"
#include "ledger/topic_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace tollbook::api {

namespace {

void print_pair(const Context& context, std::string_view name, std::string_view value) {
    if (!context.json) return print(value);
    std::string out = R"({")" + std::string(name) + R"(":)";
    write_json_string(out, value);
    print(out + "}");
}

std::string json_text(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

Exit make_platform_key(const Context& context) {
    const Result<std::string> key =
        create_api_key(context.data_file("apikeys"), any_tenant, Role::platform);
    if (!key) return fail(context, key.error());
    const Status kept = append_secret_line(context.data_file(platform_key_file), {*key});
    if (!kept) return fail(context, kept.error());
    remark(
        context,
        "made " + context.config.text("data.dir") + "; the platform key is shown this once:"
    );
    print_pair(context, "key", *key);
    return Exit::ok;
}

// What the topic has, on a new disk.
Result<Head> fill(const std::string& directory, Topic& topic) {
    const Result<std::unique_ptr<Store>> store = Store::open(directory);
    if (!store) return store.error();
    TopicLink link({(*store)->log(), topic, directory + "/topic", {}});
    if (const Status met = link.meet(Growth::allowed); !met) return met.error();
    return (*store)->log().head();
}

} // namespace

Exit run_init(const Context& context) {
    const std::string& directory = context.config.text("data.dir");
    if (const Status made = Store::create(directory); !made) return fail(context, made.error());
    return make_platform_key(context);
}

Exit run_init_from_topic(const Context& context) {
    const std::string& directory = context.config.text("data.dir");
    const Result<KafkaSettings> brokers = kafka_of(context.config);
    if (!brokers) return fail(context, brokers.error());
    const auto topic = KafkaTopic::open(*brokers);
    if (!topic) return fail(context, topic.error());
    const auto source = TopicSource::open(**topic);
    if (!source) return fail(context, source.error());
    const Status made =
        Store::create_for(directory, (*source)->identity(), (*source)->start().incarnation);
    if (!made) return fail(context, made.error());
    const Result<Head> head = fill(directory, **topic);
    if (!head) return fail(context, head.error());
    remark(context, fmt::format("fetched up to seq {}, hash {}", head->seq, hex(head->hash)));
    if (std::filesystem::exists(context.data_file("apikeys"))) return Exit::ok;
    return make_platform_key(context);
}

Exit run_heal(const Context& context) {
    const Result<KafkaSettings> brokers = kafka_of(context.config);
    if (!brokers) return fail(context, brokers.error());
    const auto topic = KafkaTopic::open(*brokers);
    if (!topic) return fail(context, topic.error());
    const Result<Healed> healed = heal(context.config.text("data.dir"), **topic);
    if (!healed) return fail(context, healed.error());
    remark(
        context,
        fmt::format("fetched up to seq {}, hash {}", healed->head.seq, hex(healed->head.hash))
    );
    if (!healed->set_aside.empty()) remark(context, "the old log lies in " + healed->set_aside);
    return Exit::ok;
}

Exit run_apikey_create(const Context& context, const std::string& tenant, Role role) {
    const Result<std::string> key = create_api_key(context.data_file("apikeys"), tenant, role);
    if (!key) return fail(context, key.error());
    remark(context, "the key is shown this once:");
    print_pair(context, "key", *key);
    return Exit::ok;
}

Exit run_apikey_list(const Context& context) {
    ApiKeys keys(context.data_file("apikeys"));
    if (const Status opened = keys.open(); !opened) return fail(context, opened.error());
    std::vector<ApiKey> all = keys.list();
    std::ranges::sort(all, {}, &ApiKey::created_at);
    if (!context.json) print(fmt::format("{:12}  {:20}  {:10}  created", "id", "tenant", "role"));
    for (const ApiKey& key : all) {
        const Principal& owner = key.principal;
        if (context.json)
            print(fmt::format(
                R"({{"id":{},"tenant":{},"role":"{}","created_at":{}}})",
                json_text(owner.id),
                json_text(owner.tenant),
                name_of(owner.role),
                json_text(key.created_at)
            ));
        else
            print(fmt::format(
                "{:12}  {:20}  {:10}  {}",
                owner.id,
                owner.tenant,
                name_of(owner.role),
                key.created_at
            ));
    }
    return Exit::ok;
}

Exit run_hook_create(const Context& context, const std::string& tenant) {
    const Result<std::string> path = create_hook(context.data_file("hooks"), tenant);
    if (!path) return fail(context, path.error());
    remark(context, "register this path with the provider; it is shown this once:");
    print_pair(context, "path", *path);
    return Exit::ok;
}

Exit run_version(const Context& context) {
    if (context.json)
        print(fmt::format(R"({{"name":"tollbook","version":"{}","commit":"{}"}})", version, commit)
        );
    else
        print(fmt::format("tollbook {} ({})", version, commit));
    return Exit::ok;
}

Exit run_config_show(const Context& context, bool with_origin) {
    std::string out;
    for (const auto& [name, value] : context.config.shown()) {
        if (context.json) {
            out += (out.empty() ? "{" : ",") + json_text(name) + R"(:{"value":)" +
                   json_text(value.text);
            if (with_origin) out += R"(,"origin":)" + json_text(value.origin);
            out += '}';
        } else if (with_origin) {
            print(fmt::format("{:32} {:40} # {}", name, json_text(value.text), value.origin));
        } else {
            print(fmt::format("{:32} {}", name, json_text(value.text)));
        }
    }
    if (context.json) print(out + "}");
    return Exit::ok;
}

Exit run_openapi(const Context&) {
    std::string document = openapi_document();
    document.pop_back(); // print ends the line.
    print(document);
    return Exit::ok;
}

} // namespace tollbook::api
