//! The words that say what a number beside them is, in the languages that agents mostly meet.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// What a word is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) phone: bool,
    /// Only as the name of what follows: `work: 555 0123`.
    pub(super) phone_name: bool,
    pub(super) card: bool,
    pub(super) ssn: bool,
    pub(super) version: bool,
    /// Something else that is counted or numbered.
    pub(super) other: bool,
    pub(super) ip: bool,
}

impl About {
    fn and(self, more: Self) -> Self {
        Self {
            phone: self.phone || more.phone,
            phone_name: self.phone_name || more.phone_name,
            card: self.card || more.card,
            ssn: self.ssn || more.ssn,
            version: self.version || more.version,
            other: self.other || more.other,
            ip: self.ip || more.ip,
        }
    }
}

/// In lower case. A word that means something else in telemetry is none of them:
/// `call` is what agents do, a `cell` is part of a sheet.
const PHONE: &str = " phone phones telephone tel telno telephones phoneno phonenumber mobile mobiles \
    cellphone cellular landline fax faxno telefax msisdn whatsapp whats sms dial hotline helpline caller \
    voicemail viber imessage smartphone answering callback \
    telefon telefonnummer telefonnr telefono telefonnummern handy handynummer mobil mobilnummer mobilnr rufnummer \
    mobiltelefon festnetz durchwahl anrufen rückruf faxnummer \
    téléphone tél mobilné appeler appelez joindre \
    teléfono teléfonos celular móvil llamar llame llámame móviles llamada \
    cellulare telefonare chiamare recapito chiama \
    telefone telemóvel celulares ligar telefones ligue \
    telefoon telefoonnummer mobiel mobiele gsm bellen bel \
    telefonnumer komórka komórkowy zadzwoń telefonu numertelefonu komórkę \
    telefonní mobilní telefónne volejte \
    puhelin puhelinnumero matkapuhelin puh kännykkä soita \
    mobiltelefonnummer mobilnummeret ringa tlf tlfnr \
    cep telefonu telefonum numaram arayın \
    mobiltelefonszám telefonszám hívjon \
    τηλέφωνο κινητό тел телефон телефону телефона моб мобильный номертелефона звоните позвоните телефонный мобільний \
    هاتف الهاتف جوال موبايل تليفون רלפון טלפון נייד फ़ोन फोन मोबाइल điện thoại đt telepon ponsel nohp ";

/// Found anywhere, because their scripts do not set words apart.
const PHONE_PARTS: [&str; 12] = [
    "电话",
    "手机",
    "電話",
    "手機",
    "携帯",
    "전화",
    "휴대폰",
    "핸드폰",
    "连络",
    "โทร",
    "联系方式",
    "致电",
];

const PHONE_NAME: &str = " cell portable contact office work home desk direct emergency \
    kontakt privat büro bureau contacto oficina ufficio casa ext switchboard reach mob ph ";

const CARD: &str = " card cards creditcard cardnumber cardno cc ccnumber ccnum credit debit debitcard visa \
    mastercard amex maestro discover diners unionpay jcb pan payment \
    karte kreditkarte karten kartennummer kreditkartennummer bankkarte zahlungskarte \
    carte tarjeta tarjetas crédito débito carta cartão cartao kaart kaartnummer creditcardnummer \
    kort kortnummer kreditkort bankkort karta kartę karty kartą płatnicza platební kartu \
    kart kartı kartım luottokortti kortti bankkártya kártya κάρτα карта карты карту карте بطاقة כרטיס कार्ड thẻ kartu ";

const CARD_PARTS: [&str; 7] = ["信用卡", "银行卡", "卡号", "カード", "카드", "บัตร", "卡號"];

const SSN: &str = " ssn ssns socialsecurity socialsecuritynumber social ssnumber taxpayer tin itin seguro \
    sozialversicherungsnummer ss ";

const VERSION: &str = " version versions ver firmware fileversion assemblyversion productversion semver \
    versión versão versione versie wersja verze versio sürüm версия версии ";

const OTHER: &str = " id ids uuid guid order orders invoice ticket tracking isbn issn ean upc sku asin gtin port ports \
    pid tid line lines row rows col column page pages epoch timestamp time ts unix seconds millis nanos \
    tokens token bytes byte size count counts total sum length offset seed hash sha commit rev revision build \
    price amount cost usd eur balance step steps attempt retry index item items part case issue pr chapter \
    section request req trace span session run job task batch shard partition error code status version ver \
    latency duration elapsed took lasted has have had zip postcode plz account acct year date checksum crc model \
    serial ref reference doi pmid arxiv bug flight booking reservation customer user employee member po \
    bestellung bestellnummer rechnung rechnungsnummer auftrag kundennummer commande facture pedido factura ordine fattura \
    bestelling zamówienie zamówienia заказ заказа sipariş tilaus 订单 注文 ";

const IP: &str = " ip ips ipv4 ipv6 addr address addresses host hosts server client subnet gateway dns src dst source \
    destination remote peer bind listen listening unspecified loopback local ping route cidr network router from \
    adresse dirección indirizzo endereço adres ";

/// Units: a number before one is an amount.
const UNITS: &str = " ms us ns s sec secs seconds second minutes hours days tokens token bytes byte kb mb gb \
    kib mib gib rows row lines items records px usd eur gbp dollars euros percent requests times entries files \
    users people chars characters iterations steps points units km m kg g ";

/// Behind a number they say that one can call it.
const PHONE_BEHIND: &str = " office mobile fax cell home work phone tel landline telefon mobil handy büro \
    bureau móvil celular cellulare ufficio ";

/// Hashes short words in a few instructions: the words that are looked up are anybody's, but the
/// table is not, so nobody can make it slow.
#[derive(Clone, Copy, Default)]
pub(super) struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}

pub(super) type Quickly = BuildHasherDefault<Quick>;

/// A list between spaces as a set.
pub(super) type Set = LazyLock<HashSet<&'static str, Quickly>>;

static WORDS: LazyLock<HashMap<&'static str, About, Quickly>> = LazyLock::new(|| {
    let none = About::default();
    let lists = [
        (
            PHONE,
            About {
                phone: true,
                ..none
            },
        ),
        (
            PHONE_NAME,
            About {
                phone_name: true,
                ..none
            },
        ),
        (CARD, About { card: true, ..none }),
        (SSN, About { ssn: true, ..none }),
        (
            VERSION,
            About {
                version: true,
                ..none
            },
        ),
        (
            OTHER,
            About {
                other: true,
                ..none
            },
        ),
        (IP, About { ip: true, ..none }),
    ];
    let mut words: HashMap<_, About, Quickly> = HashMap::default();
    for (list, about) in lists {
        for word in list.split_ascii_whitespace() {
            let known = words.entry(word).or_default();
            *known = known.and(about);
        }
    }
    words
});

static UNIT_SET: Set = LazyLock::new(|| UNITS.split_ascii_whitespace().collect());

/// What a word in lower case is about.
pub(super) fn about(word: &str) -> About {
    WORDS.get(word).copied().unwrap_or_default()
}

/// What a text without spaces is about.
pub(super) fn about_part(text: &str) -> About {
    About {
        phone: PHONE_PARTS.iter().any(|part| text.contains(part)),
        card: CARD_PARTS.iter().any(|part| text.contains(part)),
        ..About::default()
    }
}

/// Whether a word before which a number stands is a unit.
pub(super) fn is_unit(word: &str) -> bool {
    UNIT_SET.contains(word)
}

static PHONE_BEHIND_SET: Set = LazyLock::new(|| PHONE_BEHIND.split_ascii_whitespace().collect());

/// Whether a word says of a number before it that one can call it.
pub(super) fn is_phone_behind(word: &str) -> bool {
    PHONE_BEHIND_SET.contains(word)
}

/// Whether a list between spaces has a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|one| one == word)
}
