/* Names for the generated people: as they are written, and as they stand in an e-mail address. */
#ifndef WEIR_EXAMPLE_DATA_NAMES_H
#define WEIR_EXAMPLE_DATA_NAMES_H

typedef struct
{
  const char *text;
  const char *slug; /* lower-case ASCII letters */
} Name;

static const Name first_names[] = {
  { "Ada", "ada" },       { "Aisha", "aisha" },   { "Anders", "anders" }, { "Anna", "anna" },         { "Beatriz", "beatriz" },
  { "Ben", "ben" },       { "Carlos", "carlos" }, { "Chiara", "chiara" }, { "Chloé", "chloe" },       { "Daniel", "daniel" },
  { "Dmitri", "dmitri" }, { "Elif", "elif" },     { "Emma", "emma" },     { "Fatima", "fatima" },     { "François", "francois" },
  { "Freya", "freya" },   { "George", "george" }, { "Grace", "grace" },   { "Hana", "hana" },         { "Hugo", "hugo" },
  { "Ines", "ines" },     { "Ivan", "ivan" },     { "Jack", "jack" },     { "José", "jose" },         { "Jürgen", "jurgen" },
  { "Kofi", "kofi" },     { "Lars", "lars" },     { "Léa", "lea" },       { "Liam", "liam" },         { "Lin", "lin" },
  { "Łukasz", "lukasz" }, { "Maria", "maria" },   { "Mia", "mia" },       { "Mohammed", "mohammed" }, { "Nadia", "nadia" },
  { "Niamh", "niamh" },   { "Noah", "noah" },     { "Oliver", "oliver" }, { "Olga", "olga" },         { "Omar", "omar" },
  { "Pablo", "pablo" },   { "Petra", "petra" },   { "Priya", "priya" },   { "Raj", "raj" },           { "Renée", "renee" },
  { "Rosa", "rosa" },     { "Ruth", "ruth" },     { "Samir", "samir" },   { "Sean", "sean" },         { "Sofia", "sofia" },
  { "Søren", "soren" },   { "Tariq", "tariq" },   { "Thomas", "thomas" }, { "Uma", "uma" },           { "Vera", "vera" },
  { "Wei", "wei" },       { "Yuki", "yuki" },     { "Zoë", "zoe" },       { "明", "ming" },           { "Ольга", "olga" },
};

static const Name last_names[] = {
  { "Adams", "adams" },      { "Ahmed", "ahmed" },       { "Andersen", "andersen" }, { "Bell", "bell" },
  { "Bianchi", "bianchi" },  { "Brown", "brown" },       { "Chen", "chen" },         { "Costa", "costa" },
  { "D'Angelo", "dangelo" }, { "Da Silva", "dasilva" },  { "Diaz", "diaz" },         { "Dubois", "dubois" },
  { "Evans", "evans" },      { "Fischer", "fischer" },   { "García", "garcia" },     { "Green", "green" },
  { "Haddad", "haddad" },    { "Hall", "hall" },         { "Hansen", "hansen" },     { "Ito", "ito" },
  { "Ivanova", "ivanova" },  { "Jones", "jones" },       { "Kaya", "kaya" },         { "Khan", "khan" },
  { "King", "king" },        { "Kowalski", "kowalski" }, { "Kumar", "kumar" },       { "Lee", "lee" },
  { "Lopez", "lopez" },      { "Martin", "martin" },     { "Mensah", "mensah" },     { "Meyer", "meyer" },
  { "Moreau", "moreau" },    { "Müller", "muller" },     { "Murphy", "murphy" },     { "Nguyen", "nguyen" },
  { "Novák", "novak" },      { "Núñez", "nunez" },       { "O'Brien", "obrien" },    { "O'Neill", "oneill" },
  { "Okafor", "okafor" },    { "Park", "park" },         { "Patel", "patel" },       { "Petrov", "petrov" },
  { "Popescu", "popescu" },  { "Reed", "reed" },         { "Rossi", "rossi" },       { "Sato", "sato" },
  { "Schmidt", "schmidt" },  { "Shah", "shah" },         { "Silva", "silva" },       { "Singh", "singh" },
  { "Smith", "smith" },      { "Tanaka", "tanaka" },     { "Taylor", "taylor" },     { "van Dijk", "vandijk" },
  { "Weber", "weber" },      { "Wood", "wood" },         { "Yılmaz", "yilmaz" },     { "王", "wang" },
};

#endif
