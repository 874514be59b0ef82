/* Words of many languages, for files in the encodings that people write these in: names, places and what stands in tables. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_TEXT_LANGUAGES_H
#define WEIR_TESTS_UNIT_PIPELINE_TEXT_LANGUAGES_H

typedef struct
{
  const char *name;
  const char *charsets; /* between blanks: as weir and iconv call them */
  const char *words;    /* between blanks; some have nothing beyond ASCII */
} Language;

#define WEST "windows-1252 macintosh ibm850"

static const Language languages[] = {
  /* Western Europe */
  { "German", WEST,
    "Müller Jäger Größe Straße Köln Österreich Übung weiß Schröder Böhm Krüger Schäfer Weiß Jürgen Günter Käthe Düsseldorf "
    "Nürnberg "
    "München Fürth Göttingen Verkäufe Menge Stück geprüft ungültig gelöscht März Jänner täglich zurück für über Gebäude Öl Äpfel "
    "Berlin Hamburg Schmidt Wagner Peter Anna" },
  { "French", WEST,
    "élève où garçon œuvre été forêt naïf Noël hôtel dû sûr Île-de-France première référence numéro société créé modifié supprimé "
    "désignation quantité août février décembre Chloé Zoé François René Hélène Béatrice Besançon Orléans Nîmes Sète Évry café "
    "crème "
    "Paris Lyon Dupont Martin prix total" },
  { "Spanish", WEST,
    "José Muñoz Peña García López Martín Núñez pingüino año descripción número teléfono dirección código categoría población "
    "artículo máximo mínimo último Málaga Córdoba León Cádiz Ávila Logroño España México Perú Ángel María Jesús niño mañana sábado "
    "Madrid Sevilla Carlos Ana precio fecha" },
  { "Portuguese", WEST,
    "São Paulo coração ações João limões Conceição avó avô três código descrição preço endereço número município região produção "
    "última não sim Março sábado terça Brasília Goiânia Ceará Maranhão Piauí Amapá Antônio Luís Inês Mônica irmão açúcar pão café "
    "Lisboa Porto Pedro Ana total data" },
  { "Italian", WEST,
    "città perché più però così è caffè università lunedì martedì venerdì quantità qualità attività società libertà Niccolò "
    "Forlì Cefalù Nicolò già può né Cantù Salò tribù virtù metà età povertà novità verità metrò Roma Milano Rossi Bianchi prezzo "
    "data totale nome cognome Mario" },
  { "Swedish", WEST,
    "Växjö Malmö Göteborg Åsa Björn Sjögren Hägg Öberg Linköping Örebro Västerås Jönköping Umeå Gävle Borås Eskilstuna Sjöberg "
    "Lindström Åberg Söderström Nyström försäljning kön längd område från även År möjlig vänster höger grön blå Stockholm Uppsala "
    "Karlsson Anna pris antal" },
  { "Danish", WEST,
    "Søren Jørgen Møller København Århus Ærø Sørensen Østergård Sjælland Ålborg Næstved Hillerød Køge Helsingør Frederikshøj Åse "
    "måned år beløb størrelse køn første også være født på én idé grøn blå rød gård kirkegård Odense Jensen Hansen Lars pris "
    "antal" },
  { "Finnish", WEST,
    "Jyväskylä Hämeenlinna Mäkinen Hyvää päivää yötä Åbo Seinäjoki Järvenpää Hyvinkää Väinö Päivi Jörn Äiti työ määrä hinta päivä "
    "käyttäjä sähköposti tyhjä vähän enää nyt Helsinki Turku Virtanen Korhonen Matti Maija yksi kaksi" },
  { "Icelandic", "windows-1252",
    "Þórður Guðmundsson Ísafjörður Sigríður Björk æfing ýmsir þýðing Reykjavík Kópavogur Hafnarfjörður Akureyri Selfoss Jón Þór "
    "Sigurður Örn Guðrún Ýr ár mánuður verð fjöldi götu nafn heimili sími Ólafur Ragnar Gísli Helgi Anna" },
  { "Dutch", WEST,
    "België coördinatie één reünie patiënt financiële ideeën zoölogie reëel geïnd knieën Zeeën Curaçao Loïs Daniël Noël café "
    "Amsterdam Rotterdam Utrecht Jansen de Vries prijs aantal datum straat naam geel rood groen" },
  /* Central Europe, the Baltic, Turkey */
  { "Czech", "windows-1250 iso-8859-2",
    "Dvořák Plzeň Jiří Černý Novák Kučera Procházka Veselý Horák Němec Tomáš Ondřej Lukáš Vojtěch Příliš žluťoučký kůň úpěl "
    "ďábelské ódy město ulice číslo jméno příjmení množství částka účet říjen září květen Brno Praha Ostrava Liberec muž žena" },
  { "Slovak", "windows-1250 iso-8859-2",
    "Žilina Košice Prešov Trenčín Banská Bystrica Ľubomír Štefan Ďuriš mesto číslo množstvo dátum meno priezvisko účet október "
    "Ján Mária Peter Zuzana Kováč Horváth Tóth Nagyová Bratislava Nitra Trnava väčší menší vôňa stôl kôň dĺžka šírka" },
  { "Hungarian", "windows-1250 iso-8859-2",
    "Kovács Szabó Horváth Tóth Erdős Mező Vörös Gergő Szűcs Debrecen Győr Pécs Székesfehérvár Érd Hódmezővásárhely Gödöllő Fertőd "
    "név cím összeg dátum mennyiség ár október hétfő kedd szombat város utca ház száma előző következő nő férfi Budapest" },
  { "Polish", "windows-1250 iso-8859-2",
    "Wałęsa Kraków Łódź Poznań Gdańsk Częstochowa Wiśniewski Kowalczyk Wójcik Zieliński Szymański Woźniak Dąbrowski główna żółty "
    "ilość wartość imię nazwisko październik środa piątek święto źródło ćwierć książka miesiąc Warszawa Wrocław Lublin Jan" },
  { "Croatian", "windows-1250 iso-8859-2",
    "Marković Babić Đurić Šimić Živković Knežević Čačić Kovačević Horvat Jurić Perić Šibenik Čakovec Požega Varaždin Sveti Križ "
    "količina vrijednost mjesečno siječanj ožujak svibanj studeni četvrtak kuća šuma žena čovjek već Zagreb Split Rijeka Ivan "
    "Ana" },
  { "Romanian", "windows-1250 iso-8859-2",
    "Bucureşti Iaşi Timişoara Constanţa Braşov Ploieşti Brăila Bacău Piteşti Târgu Mureş Bistriţa Năsăud număr preţ cantitate "
    "denumire sâmbătă duminică Ştefan Ţepeş Mihăiţă fără după încă până însă şi Cluj Arad Ion Maria Elena Andrei" },
  { "Turkish", "windows-1254",
    "Ayşe Yıldız Şahin Çelik Öztürk Aydın Doğan Kılıç Işık İstanbul Öğretmen Yılmaz Kaya Şimşek Çağlar Diyarbakır Şanlıurfa Ağrı "
    "Muğla Eskişehir sayı tutar ürün açıklama satış kişi gün yıl Ocak Şubat Mayıs Ağustos Kasım Aralık Ankara Mehmet" },
  { "Lithuanian", "windows-1257",
    "Šiauliai Panevėžys Klaipėda Žemaitė Jonušas Žukauskas Kęstutis Utena Alytus Marijampolė Plungė Kėdainiai Mažeikiai suma "
    "kiekis pavadinimas miestas gatvė šalis vardas pavardė sąskaita mėnuo rugsėjis ąžuolas įmonė ūkis Vilnius Kaunas Jonas" },
  { "Latvian", "windows-1257",
    "Rīga Jūrmala Bērziņš Kalniņš Ozoliņš Liepāja Zariņš Jānis Līga Pēteris Kārlis Valmiera Cēsis Ogre Tukums vārds uzvārds "
    "skaits summa mēnesis jūnijs jūlijs iela māja pilsēta ūdens ķirsis ģimene ļoti šodien žurnāls Ventspils Anna Ilze" },
  /* Cyrillic */
  { "Russian", "windows-1251 koi8-r ibm866 iso-8859-5",
    "Москва Санкт-Петербург Новосибирск Екатеринбург Казань Иванов Петров Сидорова Кузнецов Смирнова Анна Дмитрий Ольга Сергей "
    "Наталья количество цена сумма наименование товар адрес улица дом телефон город область дата заказ номер оплачено да нет "
    "январь февраль понедельник вторник хлеб молоко яйца рыба объект счёт ещё" },
  { "Ukrainian", "windows-1251 koi8-u",
    "Київ Харків Одеса Дніпро Львів Запоріжжя Шевченко Коваленко Бондаренко Ткаченко Олександр Юлія Наталія Сергій кількість ціна "
    "сума назва товар вулиця будинок місто область дата замовлення номер сплачено так ні січень лютий понеділок вівторок хліб "
    "молоко риба їжа ґанок п'ять єдність" },
  { "Bulgarian", "windows-1251 iso-8859-5",
    "София Пловдив Варна Бургас Русе Стара Загора Иванов Георгиева Димитров Петрова Николай Мария Стоян Елена количество цена сума "
    "наименование стока адрес улица град област дата поръчка номер платено да не януари февруари понеделник вторник хляб мляко "
    "риба ъгъл щастие вълк" },
  { "Serbian", "windows-1251 iso-8859-5",
    "Београд Нови Сад Ниш Крагујевац Суботица Јовановић Петровић Николић Марковић Ђорђевић Милица Јелена Никола Стефан количина "
    "цена "
    "износ назив роба адреса улица град област датум наруџбина број плаћено да не јануар фебруар понедељак уторак хлеб млеко "
    "риба љубав њива ћерка џеп" },
  { "Belarusian", "windows-1251 iso-8859-5",
    "Мінск Гомель Магілёў Віцебск Гродна Брэст Іванова Кавалёў Навіцкі Жукоўская Аляксандр Наталля Сяргей колькасць цана сума "
    "назва "
    "тавар вуліца дом горад вобласць дата заказ нумар аплачана так не студзень люты панядзелак аўторак хлеб малако рыба ўсё" },
  /* Greek, Hebrew, Arabic, Thai */
  { "Greek", "windows-1253 iso-8859-7",
    "Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λάρισα Βόλος Παπαδόπουλος Γεωργίου Νικολάου Δημήτρης Μαρία Ελένη Γιώργος Κώστας ποσότητα "
    "τιμή σύνολο περιγραφή προϊόν διεύθυνση οδός πόλη νομός ημερομηνία παραγγελία αριθμός ναι όχι Ιανουάριος Δευτέρα Τρίτη ψωμί "
    "γάλα ψάρι και το της από" },
  { "Hebrew", "iso-8859-8",
    "ירושלים חיפה אשדוד נתניה רמת כהן לוי מזרחי פרץ ביטון דוד משה יוסף שרה רחל מחיר כמות סכום תיאור מוצר כתובת רחוב עיר מחוז תאריך "
    "הזמנה מספר שולם כן לא ינואר פברואר שני שלישי לחם חלב דג שלום ארץ בית" },
  { "Arabic", "windows-1256 iso-8859-6",
    "القاهرة الرياض بغداد دمشق بيروت الدار البيضاء محمد أحمد علي حسن فاطمة عائشة مريم خالد السعر الكمية المجموع الوصف المنتج "
    "العنوان شارع مدينة محافظة التاريخ الطلب رقم مدفوع نعم لا يناير فبراير الاثنين الثلاثاء خبز حليب سمك" },
  { "Thai", "windows-874",
    "กรุงเทพ เชียงใหม่ ภูเก็ต ขอนแก่น นครราชสีมา สมชาย สมหญิง ประเสริฐ วิชัย มาลี ราคา จำนวน รวม รายการ สินค้า ที่อยู่ ถนน เมือง จังหวัด "
    "วันที่ สั่งซื้อ หมายเลข ชำระแล้ว ใช่ ไม่ มกราคม กุมภาพันธ์ จันทร์ อังคาร ขนมปัง นม ปลา บริษัท จำกัด" },
  /* East Asia */
  { "Japanese", "shift_jis euc-jp",
    "東京都 大阪府 名古屋市 横浜市 札幌市 福岡県 田中 鈴木 佐藤 高橋 伊藤 山本 太郎 花子 健一 商品名 価格 数量 合計 住所 電話番号 "
    "会社 日付 注文 番号 "
    "支払済 はい いいえ 一月 月曜日 パン 牛乳 魚 りんご テスト データ ありがとうございます 株式会社 カタカナ ひらがな" },
  { "Chinese, simplified", "gb18030",
    "北京市 上海 广州 深圳 杭州市 成都 王伟 李娜 张强 刘洋 陈静 杨光 名称 价格 数量 合计 地址 电话 公司 日期 订单 编号 已付款 是 "
    "否 一月 星期一 面包 牛奶 "
    "鱼 苹果 测试 数据 有限公司 中国 人民 路 街道 省 区 型号" },
  { "Chinese, traditional", "big5",
    "台北市 高雄 台中市 台南 新竹 桃園 王小明 李美玲 張志強 劉德華 陳淑芬 林俊傑 名稱 價格 數量 合計 地址 電話 公司 日期 訂單 編號 "
    "已付款 是 否 一月 "
    "星期一 麵包 牛奶 魚 蘋果 測試 資料 有限公司 中華民國 路 街 區 型號" },
  { "Korean", "euc-kr",
    "서울특별시 부산 대구광역시 인천 광주 대전 김민수 이지은 박서준 최영희 정우성 강동원 상품명 가격 수량 합계 주소 전화번호 회사 "
    "날짜 주문 번호 결제완료 "
    "예 아니오 일월 월요일 빵 우유 생선 사과 시험 자료 주식회사 대한민국 도로 거리 구 모델" },
};

#endif
