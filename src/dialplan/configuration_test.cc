// dialplan/configuration_test.cc - directory, profiles, access lists, check.
#include "dialplan/configuration.h"

#include <gtest/gtest.h>

#include "dialplan/check.h"
#include "dialplan/variable_actions.h"
#include "tests/support/shared.h"

namespace dialplan {
namespace {

Snapshot loaded(const std::string& sections) {
  auto snapshot = load_text("<document>" + sections + "</document>", "t.xml", ".");
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().front().text());
  return snapshot ? *snapshot : nullptr;
}

bool says(const Findings& findings, std::string_view text) {
  for (const auto& finding : findings)
    if (finding.text().find(text) != std::string::npos) return true;
  return false;
}

constexpr const char* directory_xml = R"(
<section name="directory">
 <domain name="Example.com">
  <params><param name="dial-string" value="domain"/><param name="x" value="d"/></params>
  <variables><variable name="v" value="d"/></variables>
  <groups>
   <group name="sales"><params><param name="x" value="g"/></params>
    <users><user id="1000" number-alias="555" cidr="10.0.0.0/8"><params><param name="password" value="s"/></params>
     <variables><variable name="v" value="u"/></variables></user><user id="1001"/></users></group>
   <group name="all"><users><user id="1000" type="pointer"/><user id="nobody" type="pointer"/></users></group>
  </groups>
  <user id="1002"><params><param name="group-dial-string" value="loopback/1002"/></params></user>
  <user id="1000"/>
 </domain>
</section>)";

TEST(Directory, DIR_InheritanceAndLookup) {
  const auto snapshot = loaded(directory_xml);
  const auto& directory = snapshot->directory;
  EXPECT_EQ(directory.size(), 3U);
  const auto* user = directory.find("1000@example.COM");
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(user->params.get("x"), "g");
  EXPECT_EQ(user->dial_string(), "domain");
  EXPECT_EQ(user->password(), "s");
  EXPECT_EQ(user->variables.get("v"), "u");
  EXPECT_EQ(directory.find("555", "example.com"), user);
  EXPECT_EQ(directory.find("1002", "example.com")->params.get("x"), "d");
  EXPECT_EQ(directory.find("1000"), nullptr);
  EXPECT_EQ(directory.find("1000", "other.com"), nullptr);
  EXPECT_TRUE(directory.in_group(*user, "all"));
  EXPECT_FALSE(directory.in_group(*user, "none"));
  EXPECT_EQ(directory.by_address("10.1.2.3", "example.com"), user);
  EXPECT_EQ(directory.by_address("192.0.2.1", "example.com"), nullptr);
  EXPECT_TRUE(says(snapshot->findings, "user '1000' is already at t.xml:8:"));
  EXPECT_TRUE(says(snapshot->findings, "points to user 'nobody'"));
}

TEST(Directory, GroupCall) {
  const auto snapshot = loaded(directory_xml);
  EXPECT_EQ(group_call(snapshot->directory, "sales", "example.com", 'A'),
            "user/1000@Example.com,user/1001@Example.com");
  EXPECT_EQ(group_call(snapshot->directory, "sales", "example.com", 'F'),
            "user/1000@Example.com|user/1001@Example.com");
  EXPECT_EQ(group_call(snapshot->directory, "sales", "example.com", 'E'),
            "user/1000@Example.com:_:user/1001@Example.com");
  EXPECT_EQ(group_call(snapshot->directory, "none", "example.com", 'A'), "error/NO_ROUTE_DESTINATION");
}

TEST(Directory, SetUser) {
  const auto snapshot = loaded(directory_xml);
  call::Variables variables;
  call::CallerProfile profile;
  Session session{variables, profile};
  Context context;
  context.configuration = snapshot.get();
  context.session = &session;
  EXPECT_TRUE(set_user(context, "1000@example.com"));
  EXPECT_EQ(variables.get("user_name"), "1000");
  EXPECT_EQ(variables.get("v"), "u");
  EXPECT_TRUE(set_user(context, "1002@example.com pre_"));
  EXPECT_EQ(variables.get("pre_v"), "d");
  EXPECT_FALSE(set_user(context, "1000"));
  EXPECT_FALSE(set_user(context, ""));
}

TEST(Acl, NetworksAndLists) {
  EXPECT_TRUE(in_network("10.1.2.3", "192.0.2.1, 10.0.0.0/8"));
  EXPECT_TRUE(in_network("10.1.2.3", "10.0.0.1/255.0.0.0"));
  EXPECT_TRUE(in_network("2001:db8::5", "2001:db8::/32"));
  EXPECT_FALSE(in_network("2001:dba::5", "2001:db8::/31,::1"));
  EXPECT_TRUE(in_network("1.2.3.4", "0.0.0.0/0"));
  for (const auto* bad : {"10.0.0.0/33", "10.0.0.0/255.0.255.0", "x", "", "10.0.0.0/", "::1/129"})
    EXPECT_FALSE(Network::parse(bad)) << bad;
  const auto snapshot =
      loaded(std::string{R"(<section name="configuration"><configuration name="acl.conf"><network-lists>
    <list name="lan" default="allow"><node type="deny" cidr="192.168.42.0/24"/><node type="allow" cidr="192.168.42.42/32"/><node type="deny" cidr="nonsense"/></list>
    <list name="domains" default="deny"><node type="allow" domain="example.com"/></list>
    </network-lists></configuration></section>)"} +
             directory_xml);
  const auto& acls = snapshot->acls;
  EXPECT_TRUE(acls.allows("1.2.3.4", "lan"));
  EXPECT_FALSE(acls.allows("192.168.42.1", "lan"));
  EXPECT_TRUE(acls.allows("192.168.42.42", "lan"));
  EXPECT_TRUE(acls.allows("10.9.9.9", "domains"));
  EXPECT_FALSE(acls.allows("11.9.9.9", "domains"));
  EXPECT_FALSE(acls.allows("10.0.0.1", "nosuch"));
  EXPECT_TRUE(acls.allows("127.0.0.1", "loopback.auto"));
  EXPECT_TRUE(says(snapshot->findings, "'nonsense' is not a network"));
}

TEST(Acl, SEC_09_WhoIsLetInAndAsWhom) {
  const auto snapshot = loaded(std::string{R"(<section name="configuration"><configuration name="acl.conf"><network-lists>
    <list name="carriers" default="deny"><node type="allow" cidr="203.0.113.0/24"/><node type="deny" cidr="203.0.113.66/32"/></list>
    </network-lists></configuration></section>)"} +
                               directory_xml);
  const auto& acls = snapshot->acls;
  const auto admit = [&](std::string_view ip, std::string_view lists) {
    const auto found = acls.admit(*base::Ip::parse(ip), lists);
    return found ? found->list + " " + found->user : "nobody";
  };
  EXPECT_EQ(admit("203.0.113.5", "carriers"), "carriers ");
  EXPECT_EQ(admit("203.0.113.66", "carriers"), "nobody");
  EXPECT_EQ(admit("10.9.9.9", "carriers, domains"), "domains 1000@Example.com") << "domains is there without acl.conf";
  EXPECT_EQ(admit("192.0.2.9", "carriers,192.0.2.0/28"), "192.0.2.0/28 ");
  EXPECT_EQ(admit("8.8.8.8", "rfc1918.auto"), "nobody");
  EXPECT_EQ(admit("192.168.1.1", "nat.auto"), "nat.auto ");
  EXPECT_EQ(admit("2001:db8::1", "any_v4.auto,any_v6.auto"), "any_v6.auto ");
}

TEST(Acl, NAT_04_OurOwnNetworksAreLocalAndBehindNoNat) {
  const auto snapshot = load_text("<document/>", "acl.xml", ".", call::Variables{{"local_networks", "192.168.7.3/24,10.1.2.3/16"}});
  ASSERT_TRUE(snapshot);
  const auto& acls = (*snapshot)->acls;
  for (const std::string_view ours : {"192.168.7.77", "10.1.255.1"}) {
    EXPECT_TRUE(acls.allows(ours, "localnet.auto"));
    EXPECT_FALSE(acls.allows(ours, "nat.auto"));
    EXPECT_TRUE(acls.allows(ours, "rfc1918.auto"));
  }
  for (const std::string_view theirs : {"192.168.8.1", "10.2.0.1", "172.16.0.1"}) {
    EXPECT_FALSE(acls.allows(theirs, "localnet.auto"));
    EXPECT_TRUE(acls.allows(theirs, "nat.auto"));
  }
  EXPECT_FALSE(acls.allows("8.8.8.8", "nat.auto"));
  EXPECT_TRUE(acls.allows("127.0.0.1", "localnet.auto"));
}

TEST(Acl, SEC_09_MistakesAreToldWithTheirPlace) {
  const std::string xml = R"(<document><section name="configuration"><configuration name="acl.conf"><network-lists>
<list name="a" default="perhaps"><node type="allow" cidr="10.0.0.0/8"/>
  <node type="allow" cidr="10.0.0.0/40"/>
  <node type="permit" cidr="10.1.0.0/16"/>
  <node type="allow" domain="nowhere.test"/>
  <node type="allow" host="10.0.0.1" mask="255.0.255.0"/></list>
<list default="allow"/></network-lists></configuration>
<configuration name="sofia.conf"><profiles><profile name="in"><settings><param name="apply-inbound-acl" value="a"/>
<param name="apply-inbound-acl" value="b"/><param name="apply-proxy-acl" value="domainz"/></settings></profile></profiles></configuration></section></document>)";
  std::string all;
  for (const auto& finding : check_text(xml, "acl.xml", ".", {}, {})) all += finding.text() + "\n";
  for (const std::string_view told :
       {"acl.xml:2:16: warning: 'perhaps' is neither allow nor deny; it denies", "acl.xml:3:22: warning: '10.0.0.0/40' is not a network",
        "acl.xml:4:9: warning: 'permit' is neither allow nor deny", "acl.xml:5:22: warning: there is no domain 'nowhere.test'",
        "acl.xml:6:22: warning: '10.0.0.1/255.0.255.0' is not a network", "acl.xml:7:1: warning: a list without name is left out",
        "acl.xml:9:33: warning: apply-inbound-acl names 'b', which is neither a list nor a network: it lets nobody in",
        "acl.xml:9:74: warning: apply-proxy-acl names 'domainz', which is neither a list nor a network: it lets nobody in, did you mean 'domains'?"})
    EXPECT_NE(all.find(told), std::string::npos) << told << "\n" << all;
  EXPECT_EQ(all.find("names 'a'"), std::string::npos) << all;
}

TEST(GuardConf, SEC_08_RowsAndLimits) {
  const auto snapshot = loaded(R"(<section name="configuration"><configuration name="guard.conf"><settings>
   <param name="failures" value="5"/><param name="ban-time" value="2h"/></settings><spend-limits>
   <limit name="premium" prefixes="+1900, 0900" calls="3" window="30m"/><limit name="never" prefixes="00870" calls="0"/>
   </spend-limits></configuration></section>)");
  using namespace std::chrono_literals;
  const auto& guard = snapshot->guard;
  EXPECT_EQ(guard.settings.failures, 5U);
  EXPECT_EQ(guard.settings.ban_time, 2h);
  EXPECT_EQ(guard.settings.exempt, "loopback.auto") << "a default";
  ASSERT_EQ(guard.spend_limits.size(), 2U);
  EXPECT_EQ(guard.spend_limits[0], (call::SpendLimit{"premium", {"001900", "0900"}, 3, 30min}));
  EXPECT_EQ(guard.spend_limits[1], (call::SpendLimit{"never", {"00870"}, 0, 1h}));
}

TEST(GuardConf, SEC_08_ALimitThatCannotBeReadIsAnError) {
  const std::string xml = R"(<document><section name="configuration"><configuration name="guard.conf"><settings>
<param name="failurs" value="5"/><param name="exempt" value="carrierz"/></settings><spend-limits>
<limit prefixes="+1900" calls="3"/>
<limit name="a" prefixes="abroad" calls="3"/>
<limit name="b" prefixes="+1" calls="many"/>
<limit name="c" prefixes="+1" calls="1" window="soon"/>
<limit name="d" prefixes="+1" calls="1" windw="1h"/>
</spend-limits></configuration></section></document>)";
  EXPECT_FALSE(load_text(xml, "g.xml", "."));
  std::string all;
  for (const auto& finding : check_text(xml, "g.xml", ".", {}, {})) all += finding.text() + "\n";
  for (const std::string_view told :
       {"g.xml:2:8: warning: unknown guard parameter 'failurs', did you mean 'failures'?", "g.xml:3:1: error: a limit wants a name",
        "g.xml:4:17: error: 'abroad' is no beginning of a number", "g.xml:5:31: error: calls: 'many' is no number from 0 to 1000",
        "g.xml:6:41: error: window: 'soon' is no duration up to 744h",
        "g.xml:7:41: warning: unknown attribute 'windw' of <limit>, did you mean 'window'?"})
    EXPECT_NE(all.find(told), std::string::npos) << told << "\n" << all;
}

TEST(Profile, CFG_RowsDefaultsAndFindings) {
  const auto snapshot = loaded(R"(<section name="configuration"><configuration name="sofia.conf"><profiles>
   <profile name="internal"><aliases><alias name="in"/></aliases>
    <gateways><gateway name="gw"><param name="proxy" value="1.2.3.4"/><param name="register" value="false"/>
      <param name="expire-seconds" value="2"/><variables><variable name="a" value="1" direction="outbound"/></variables></gateway></gateways>
    <domains><domain name="all" alias="true" parse="false"/></domains>
    <settings><param name="sip-port" value="5080"/><param name="SIP-IP" value="1.1.1.1"/><param name="timer-T1" value="250"/>
     <param name="dtmf-type" value="inband"/><param name="rtp-timeout-sec" value="300"/><param name="stun" value="x"/>
     <param name="sip-prot" value="1"/><param name="rfc2833-pt" value="5"/><param name="context" value=""/></settings></profile>
   </profiles></configuration></section>)");
  const auto* profile = snapshot->profile("IN");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(profile->settings.sip_port, 5080);
  EXPECT_EQ(profile->settings.sip_ip, "1.1.1.1");
  EXPECT_EQ(profile->settings.timer_t1, std::chrono::milliseconds{250});
  EXPECT_EQ(profile->settings.rtp_timeout_sec, std::chrono::seconds{300});
  EXPECT_EQ(profile->settings.dtmf_type, DtmfType::rfc2833);
  EXPECT_EQ(profile->settings.context, "default");
  ASSERT_EQ(profile->gateways.size(), 1U);
  EXPECT_FALSE(profile->gateways[0].settings.registers);
  EXPECT_EQ(profile->gateways[0].settings.expire_seconds, std::chrono::hours{1});
  EXPECT_EQ(profile->gateways[0].outbound_variables.get("a"), "1");
  EXPECT_EQ(profile->gateways[0].inbound_variables.get("a"), "");
  EXPECT_TRUE(profile->domains[0].alias);
  EXPECT_TRUE(says(snapshot->findings, "profile parameter 'stun' is not supported yet"));
  EXPECT_TRUE(says(snapshot->findings, "unknown profile parameter 'sip-prot', did you mean 'sip-port'?"));
  EXPECT_TRUE(says(snapshot->findings, "dtmf-type: 'inband' is none of rfc2833, info, none"));
  EXPECT_TRUE(says(snapshot->findings, "rfc2833-pt: 5 is outside 96..127"));
  EXPECT_TRUE(says(snapshot->findings, "expire-seconds: 2 is outside"));
  EXPECT_EQ(snapshot->profile("none"), nullptr);
}

TEST(Profile, EveryRowHasAUsableDefault) {
  const auto profile = profile_settings().defaults();
  for (const auto& row : profile_settings().rows()) {
    (void)row.print(profile);
    // FreeSWITCH has no such things.
    const bool ours = row.name().starts_with("max-connections") || row.name() == "notify-min-interval" ||
                      row.name() == "offline-message-expires";
    EXPECT_TRUE(ours || is_known_sofia_name(row.name())) << row.name();
  }
  const auto gateway = gateway_settings().defaults();
  for (const auto& row : gateway_settings().rows()) (void)row.print(gateway);
  EXPECT_EQ(profile.timer_t1x64, 64 * profile.timer_t1);
  EXPECT_GT(known_sofia_names().size(), 280U);
}

TEST(Core, Settings) {
  const auto snapshot = loaded(R"(<section name="configuration"><configuration name="switch.conf"><settings>
    <param name="max-sessions" value="5"/><param name="rtp-start-port" value="20000"/><param name="rtp-end-port" value="19000"/>
    <param name="colorize-console" value="true"/><param name="max-sesions" value="6"/></settings></configuration></section>)");
  EXPECT_EQ(snapshot->core.max_sessions, 5U);
  EXPECT_EQ(snapshot->core.rtp_start_port, 16384);
  EXPECT_TRUE(says(snapshot->findings, "rtp-end-port is not above"));
  EXPECT_TRUE(says(snapshot->findings, "'colorize-console' is not supported yet"));
  EXPECT_TRUE(says(snapshot->findings, "did you mean 'max-sessions'?"));
}

TEST(Configuration, ZonesOfTheFileComeFirst) {
  const auto snapshot =
      loaded(R"(<section name="configuration"><configuration name="timezones.conf"><timezones>
    <zone name="Mars/Base" value="MMM-3"/><zone name="Bad" value="?"/></timezones></configuration></section>)");
  ASSERT_TRUE(find_zone(snapshot.get(), "Mars/Base"));
  EXPECT_EQ(find_zone(snapshot.get(), "Mars/Base")->local({}).hour, 3);
  EXPECT_FALSE(find_zone(nullptr, "Mars/Base"));
}

TEST(Configuration, AFailedLoadKeepsNothing) {
  const auto snapshot = load_text("<document><section name='dialplan'></document>", "t.xml", ".");
  ASSERT_FALSE(snapshot);
  EXPECT_TRUE(any_error(snapshot.error()));
}

TEST(Check, CFG_FindsWhatIsWrong) {
  const CheckPort port{[](std::string_view name) {
                         return name == "set"      ? Standing::routing_safe
                                : name == "bridge" ? Standing::known
                                                   : Standing::unknown;
                       },
                       {"set", "bridge", "answer"}};
  const auto findings = check_text(R"(<document><section name="configuration">
<configuration name="fifo.conf"/>
<configuration name="sofia.conf"><profiles><profile name="p"><settings><param name="context" value="pubic"/></settings></profile></profiles></configuration>
</section><section name="dialplan"><context name="public"><extension name="e">
<condition field="destinaton_number" expression="^(5" continue="true">
<action application="brige" data="x"/>
<action application="bridge" data="x" inline="true"/>
<action aplication="set" data="\'"/>
</condition>
<condition hour="25" fild="x"/>
<condition year="2026" field="ani" expression="1" break="onfalse"/>
</extension><extension name="none"/></context><context name="public"/></section></document>)",
                                   "t.xml", ".", port);
  for (const auto* text :
       {"t.xml:2:1: note: 'fifo.conf' is not supported yet",
        "context 'pubic', which does not exist, did you mean 'public'?",
        ("t.xml:5:12: warning: unknown field 'destinaton_number': a channel variable is written "
         "${destinaton_number}, did you mean 'destination_number'?"),
        "t.xml:5:38: warning: the expression never matches", "continue has no effect on a condition",
        "t.xml:6:1: warning: unknown application 'brige': the call would end there, did you mean 'bridge'?",
        "t.xml:7:1: warning: 'bridge' cannot run inline",
        "t.xml:8:9: warning: unknown attribute 'aplication' of <action>, did you mean 'application'?",
        "t.xml:8:1: warning: data with \\'", "t.xml:10:12: warning: hour: 25 is outside 0..23",
        "unknown attribute 'fild' of <condition>, did you mean 'field'?", "either of them passing is enough",
        "unknown break 'onfalse' counts as on-false, did you mean 'on-false'?",
        "an extension without condition never matches", "context 'public' is already at t.xml:4:"})
    EXPECT_TRUE(says(findings, text)) << text;
  for (std::size_t i = 1; i < findings.size(); ++i)
    EXPECT_LE(findings[i - 1].place.line, findings[i].place.line);
}

TEST(Check, CFG_VanillaLoadsUnmodified) {
  const auto directory = test::shared_file("compat/freeswitch-vanilla");
  if (!directory) GTEST_SKIP() << "compat/freeswitch-vanilla is not on this machine";
  const call::Variables presets{{"local_ip_v4", "127.0.0.1"}};
  const auto snapshot = load(directory->string(), presets);
  ASSERT_TRUE(snapshot) << snapshot.error().front().text();
  EXPECT_NE((*snapshot)->plan.find("default"), nullptr);
  EXPECT_NE((*snapshot)->plan.find("public"), nullptr);
  EXPECT_NE((*snapshot)->directory.find("1000@127.0.0.1"), nullptr);
  ASSERT_NE((*snapshot)->profile("internal"), nullptr);
  EXPECT_EQ((*snapshot)->profile("internal")->settings.sip_port, 5060);
  const auto findings = check(directory->string(), {}, presets);
  EXPECT_FALSE(any_error(findings));
  EXPECT_TRUE(says(findings, "is not supported yet"));
  EXPECT_TRUE(says(findings, "stun-set is not run"));
}

}  // namespace
}  // namespace dialplan
