/* What is written in which encoding. Part of decode_guess.c.
 *
 * Letters of a language beyond ASCII, small ones, the most frequent first. The order is what counts: a letter is taken to be about
 * as frequent as its place says. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_ALPHABETS_H
#define WEIR_PIPELINE_TEXT_DECODE_ALPHABETS_H

typedef struct
{
  const char *letters;
  const char *const *encodings; /* as models/encoding.h calls them, the likeliest first; NULL-terminated */
} Alphabet;

#define IN(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define WESTERN IN ("windows-1252", "macintosh", "ibm850")
#define CENTRAL IN ("windows-1250", "iso-8859-2", "ibm852", "MAC-CENTRALEUROPE")
#define RUSSIAN IN ("windows-1251", "koi8-r", "ibm866", "iso-8859-5", "MAC-CYRILLIC")
#define CYRILLIC IN ("windows-1251", "iso-8859-5", "ibm855", "MAC-CYRILLIC")

static const Alphabet alphabets[] = {
  { "øåæé", WESTERN },                                                                 /* Danish, Norwegian */
  { "äöåé", WESTERN },                                                                 /* Swedish, Finnish */
  { "äõüöš", IN ("windows-1252", "windows-1257") },                                    /* Estonian */
  { "üäöß", WESTERN },                                                                 /* German */
  { "ëéïöüè", WESTERN },                                                               /* Dutch */
  { "éèàêçôâîûùïëœ", WESTERN },                                                        /* French */
  { "óíáéñúü", WESTERN },                                                              /* Spanish */
  { "ãçáéíõóêâúôà", WESTERN },                                                         /* Portuguese */
  { "àèùòìé", WESTERN },                                                               /* Italian */
  { "àóéèíçòúüï", WESTERN },                                                           /* Catalan */
  { "ðáíþóöæúýéø", IN ("windows-1252") },                                              /* Icelandic, Faroese */
  { "éüíöóáèäçñøåàêúãôæâîïëûòùìõßœ", WESTERN },                                        /* names of many countries */
  { "íáéěřčžšýůúňóťď", CENTRAL },                                                      /* Czech */
  { "áíčšžéýľúťňóôäďĺŕ", CENTRAL },                                                    /* Slovak */
  { "éáöóőüíúű", CENTRAL },                                                            /* Hungarian */
  { "čšžćđ", CENTRAL },                                                                /* Croatian, Slovenian */
  { "łęóążśćńź", CENTRAL },                                                            /* Polish */
  { "ăîţşâ", CENTRAL },                                                                /* Romanian */
  { "ıüşçğöâi\xCC\x87", IN ("windows-1254", "ibm857") },                               /* Turkish */
  { "ėšįųūžąčę", IN ("windows-1257", "iso-8859-13", "CP775", "MAC-CENTRALEUROPE") },   /* Lithuanian */
  { "āīēšņūļžķčģ", IN ("windows-1257", "iso-8859-13", "CP775", "MAC-CENTRALEUROPE") }, /* Latvian */
  { "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", RUSSIAN },
  { "оаинвіертслкдумпзяьбгйчхцїжюшєщфґ", IN ("windows-1251", "koi8-u", "ibm866", "iso-8859-5", "MAC-CYRILLIC") }, /* Ukrainian */
  { "аоеитнрсвлкдпмузъгяйбчшцжщхюфь", CYRILLIC },                                                                 /* Bulgarian */
  { "аоиенрјстувкмдлпбзгљњћчцшжхђфџ", CYRILLIC },                                                                 /* Serbian */
  { "аоінерялсутыькдвпзмбгчйцхўэшжюёф", CYRILLIC },                                                               /* Belarusian */
  { "αοιετσνηυρπκμλςωάίόέήδγχθφύώβξζψϊϋ", IN ("windows-1253", "iso-8859-7") },
  { "יוהלארתמבשנדחעקפגכסטזצםןךףץ", IN ("iso-8859-8") },
  { "ايلمنروتبدسعهقفحكجشصطخضغثزءأإةىئؤظذآ", IN ("windows-1256", "iso-8859-6") },
  { "านรกเอมงลวยคดทสตปบ่้ีัิุูหพชแจขไถำใโญษณศซผฟฉฎฏธภ์ะืึ็ฐฮฤฬ๊๋ฯๆ", IN ("windows-874") },
};

/* What is written between words and beside numbers. */
static const char signs[] = "\u00A0\u00AD€£¥¢°²³¹½¼¾ºª§©®™…•·«»‹›„“”‚‘’–—¿¡µ×±№¶";

/* And within words. */
static const char joining[] = "’\u00AD·";

static const char vowels[] = "aeiouyæøœıаеёиоуыэюяіїєўαεηιουω";

/* The characters that texts of these languages have most of, so that what is decoded as another's has hardly one. */
typedef struct
{
  const char *encoding;
  const char *common;
} Characters;

#define KANJI                                                                                                                                                                                     \
  "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土"       \
  "木聞食車何南万毎白天母火右読友左休父雨田村町市県区都府道京阪番号商品価格数量合計住所会社注文支払済曜株式名前部店田藤木井原野佐" \
  "鈴高橋伊渡辺山中小林加吉"                                                                                                                                                          \
  "太郎花美健一正和子男幸明夫雄野島本松清石福岡横浜札幌神奈静広仙台新潟"
#define KANA                                                                                                                                                                                      \
  "ぁあいうえおかがきぎくぐけげこごさざしじすずせぜそぞただちっつづてでとどなにぬねのはばひびふへべほまみむめもやゆよらりるれろわ" \
  "をん"                                                                                                                                                                                        \
  "ァアィイウエェオカガキギクグケコゴサザシジスズセゼソタダチッツテデトドナニネノハバパヒビピフブプヘベペホボポマミムメモャヤュユ" \
  "ョヨラリルレロワンー"

static const Characters east_asia[] = {
  { "shift_jis", KANA KANJI },
  { "euc-jp", KANA KANJI },
  { "gb18030", "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能"
               "好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头"
               "面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几"
               "很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气"
               "信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期"
               "叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至"
               "清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资"
               "队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城"
               "父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像"
               "找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁"
               "校读志飞观争究包组造落视济喜离虽坏兴切切号名称价格数量合计址订单编付款州市省街镇杨刘陈赵吴周徐孙朱胡郭何罗宋郑梁韩"
               "唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜"
               "伟芳娜敏静秀丽强磊洋艳勇杰娟涛超霞平刚桂英" },
  { "big5", "的一是不了人我在有他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都"
            "然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭"
            "面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業"
            "最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣"
            "信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死"
            "常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至"
            "清物台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟"
            "帶花快條院變聯言權往展該領傳近留紅治決周保達辦運武半候七必城"
            "父強步完革深區即求品士轉量空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持取設始版雙歷越史商千片容研像找友"
            "孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰"
            "校讀志飛觀爭究包組造落視濟喜離雖壞興切號名稱價格數量合計址訂單編付款州市縣省街鎮楊劉陳趙吳周徐孫朱胡郭何羅宋鄭梁韓唐馮"
            "董蕭曹袁鄧傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴夏鐘汪田姜"
            "淑芬雅婷怡君志明俊傑建宏麗玲瑞桃園竹雄灣北" },
  { "euc-kr",
    "이다는의에가을고하지를은로기도서사한시자나인대어리일아그수부정스으해상보원주구제전들장과선있라성교고조공국소무유면경미우비문지"
    "전적관화신동계위안행실세연용방학생모여개내만마게오오르물"
    "분당중산양했었것할없말때회금년월일명김박최강조윤장임한오서신권황송류전홍고문손양배백허남심노하곽성차우구민진재영현준지은혜수경"
    "희선옥순미숙특별시광역북남도천울산포항창전주청평택품량격"
    "합번호결완료예니요화목토날짜문상파반입출납받두세네열백만원달러점호실층길로읍면리군통터넷터스트데이름소식회식빵유생과험차" },
};

#endif
