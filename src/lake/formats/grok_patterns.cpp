// The patterns that grok classifiers may use, in RE2's syntax, and the log formats that crawlers
// know.
#include "lake/formats/grok.h"

namespace freshet::lake {

namespace {

using Definitions = std::map<std::string, std::string, std::less<>>;

const Definitions definitions{
    {"USERNAME", R"([a-zA-Z0-9._-]+)"},
    {"USER", "%{USERNAME}"},
    {"INT", R"([+-]?\d+)"},
    {"BASE10NUM", R"([+-]?(?:\d+(?:\.\d*)?|\.\d+))"},
    {"NUMBER", "%{BASE10NUM}"},
    {"BASE16NUM", R"([+-]?(?:0[xX])?[0-9A-Fa-f]+)"},
    {"BASE16FLOAT", R"([+-]?(?:0[xX])?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))"},
    {"BOOLEAN", R"((?i:true|false))"},
    {"POSINT", R"([1-9]\d*)"},
    {"NONNEGINT", R"(\d+)"},
    {"WORD", R"(\b\w+\b)"},
    {"NOTSPACE", R"(\S+)"},
    {"SPACE", R"(\s*)"},
    {"DATA", R"(.*?)"},
    {"GREEDYDATA", R"(.*)"},
    {"QUOTEDSTRING", R"re((?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`))re"},
    {"QS", "%{QUOTEDSTRING}"},
    {"UUID", R"([0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})"},
    {"CISCOMAC", R"((?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})"},
    {"WINDOWSMAC", R"((?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2})"},
    {"COMMONMAC", R"((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})"},
    {"MAC", "(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})"},
    {"IPV4", R"(\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b)"},
    {"IPV6",
     R"((?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}:|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|:(?::[0-9A-Fa-f]{1,4}){1,7}|::)(?:%[0-9A-Za-z]+)?)"},
    {"IP", "(?:%{IPV6}|%{IPV4})"},
    {"HOSTNAME", R"(\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?\b)"},
    {"HOST", "%{HOSTNAME}"},
    {"IPORHOST", "(?:%{IP}|%{HOSTNAME})"},
    {"HOSTPORT", "%{IPORHOST}:%{POSINT}"},
    {"UNIXPATH", R"((?:/[\w_%!$@:.,+~-]*)+)"},
    {"WINPATH", R"((?:[A-Za-z]:|\\)(?:\\[^\\?*]*)+)"},
    {"PATH", "(?:%{UNIXPATH}|%{WINPATH})"},
    {"TTY", R"(/dev/(?:pts|tty)[\w/]*)"},
    {"URIPROTO", R"([A-Za-z][A-Za-z0-9+.-]*)"},
    {"URIHOST", "%{IPORHOST}(?::%{POSINT})?"},
    {"URIPATH", R"((?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+)"},
    {"URIPARAM", R"(\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*)"},
    {"URIPATHPARAM", "%{URIPATH}(?:%{URIPARAM})?"},
    {"URI", "%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"},
    {"MONTH",
     R"(\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)"},
    {"MONTHNUM", R"((?:1[0-2]|0?[1-9]))"},
    {"MONTHNUM2", R"((?:1[0-2]|0[1-9]))"},
    {"MONTHDAY", R"((?:0[1-9]|[12]\d|3[01]|[1-9]))"},
    {"DAY",
     R"((?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?))"},
    {"YEAR", R"((?:\d\d){1,2})"},
    {"HOUR", R"((?:2[0-3]|[01]?\d))"},
    {"MINUTE", R"([0-5]\d)"},
    {"SECOND", R"((?:[0-5]?\d|60)(?:[:.,]\d+)?)"},
    {"TIME", R"(%{HOUR}:%{MINUTE}(?::%{SECOND})?)"},
    {"DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"},
    {"DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"},
    {"DATE", "(?:%{DATE_US}|%{DATE_EU})"},
    {"DATESTAMP", "%{DATE}[- ]%{TIME}"},
    {"DATESTAMP_US", "%{DATE_US}[- ]%{TIME}"},
    {"DATESTAMP_EU", "%{DATE_EU}[- ]%{TIME}"},
    {"TZ", R"((?:[PMCE][SD]T|UTC|GMT))"},
    {"ISO8601_TIMEZONE", "(?:Z|[+-]%{HOUR}:?%{MINUTE})"},
    {"ISO8601_SECOND", "%{SECOND}"},
    {"TIMESTAMP_ISO8601",
     "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_"
     "TIMEZONE})?"},
    {"DATESTAMP_RFC822", "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"},
    {"DATESTAMP_OTHER", "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}"},
    {"CISCOTIMESTAMP", "%{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}"},
    {"HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"},
    {"SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}"},
    {"PROG", R"([^\s\[\]:]+)"},
    {"SYSLOGPROG", R"(%{PROG:program}(?:\[%{POSINT:pid}\])?)"},
    {"SYSLOGHOST", "%{IPORHOST}"},
    {"SYSLOGFACILITY", "<%{NONNEGINT:facility}.%{NONNEGINT:priority}>"},
    {"SYSLOGBASE",
     "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} "
     "%{SYSLOGPROG}:"},
    {"MESSAGESLOG", "%{SYSLOGBASE} %{DATA}"},
    {"LOGLEVEL",
     R"((?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?))"},
    {"COMMONAPACHELOG",
     R"re(%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-))re"},
    {"COMBINEDAPACHELOG", "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}"},
    {"COMMONAPACHELOG_DATATYPED",
     R"re(%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion:float})?|%{DATA:rawrequest})" %{NUMBER:response:int} (?:%{NUMBER:bytes:long}|-))re"},
};

}  // namespace

const Definitions& grok_patterns() { return definitions; }

const std::vector<LogFormat>& log_formats() {
    static const std::vector<LogFormat> all{
        {"combined_apache", "^%{COMBINEDAPACHELOG}$"},
        {"apache", "^%{COMMONAPACHELOG}$"},
        {"linux_kernel", "^%{SYSLOGBASE} %{GREEDYDATA:message}$"},
        {"microsoft_log",
         R"(^%{IPORHOST:clientip}, %{NOTSPACE:username}, %{DATE:date}, %{TIME:time}, %{WORD:service}, %{NOTSPACE:servername}, %{IPORHOST:serverip}, %{INT:timetaken}, %{INT:bytesreceived}, %{INT:bytessent}, %{INT:status}, %{INT:windowsstatus}, %{WORD:verb}, %{NOTSPACE:target}, %{GREEDYDATA:parameters}$)"},
        {"ruby_logger",
         R"(^[DIWEFA], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] +%{LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}$)"},
        {"squid",
         R"(^%{NUMBER:timestamp} +%{NUMBER:duration} %{IPORHOST:clientip} %{WORD:action}/%{NUMBER:response} %{NUMBER:bytes} %{WORD:verb} %{NOTSPACE:url} %{NOTSPACE:user} %{NOTSPACE:hierarchy} %{NOTSPACE:contenttype}$)"},
        {"redismonlog",
         R"re(^%{NUMBER:timestamp} \[%{INT:database} (?:%{IP:client}:%{NONNEGINT:port}|%{NOTSPACE:origin})\] "%{WORD:command}" ?%{GREEDYDATA:params}$)re"},
        {"redislog",
         R"(^(?:\[%{POSINT:pid}\]|%{POSINT:process}:%{WORD:role}) %{MONTHDAY:day} %{MONTH:month} (?:%{YEAR:year} )?%{TIME:time} [*#.-] ?%{GREEDYDATA:message}$)"},
    };
    return all;
}

}  // namespace freshet::lake
