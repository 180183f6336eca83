"""What our own lists know beside those of names: words that are never names, names that are words, and cues.

Words only; what they count for is decided in the gazetteer.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER: Final = _words(
    # A run of capitalised words breaks here: none of these is part of a name.
    """
    a about above after again against ago all almost along already also although always am among an and another any
    anyone anything are around as asks at away back be because become been before being below best better between
    both but by can cannot could did do does doing done down during each either else enough even ever every everyone
    everything few find first following for from further get give given go goto had has have having he hello hence
    her here hers hey hi him his how however i if in instead into is it its just last later least less let like list
    made make many maybe me mine more most much must my neither never next no nobody none nor not nothing now of off
    often oh ok okay on once one only onto or other others otherwise our ours out over own per perhaps please put
    quite rather really said same say says see she should since so some someone something sometimes soon still such
    sure than thank thanks that the their them then there therefore these they this those though through thus till
    to today together tomorrow too toward two under until unless unlike up upon us use used using versus very via
    was we well were what when whenever where whether which while who whom whose why with within without would yes
    yesterday yet you your yours zero three four five six seven eight nine ten monday tuesday wednesday thursday
    friday saturday sunday january february march july september october november december spring autumn easter
    christmas halloween mr mrs ms miss mx dr prof sir madam madame herr herrn frau señor señora sr sra monsieur mme
    signor signora dear add analyze answer ask assume bot build calculate call compare complete compose compute
    consider contact convert create define describe design determine discuss display draft edit email estimate
    evaluate examples example explain fax generate help identify implement include input install meet name note
    number office output phone print provide question read reply respond return review rewrite run section send show
    solve step subject suggest summary summarize table tell title translate user verify visit write www http https
    vitamin hepatitis plan type group grade appendix phase api app cv css csv html id ios json llm pdf pin sql tv ui
    uk un url usa utf xml yaml zip american british english french german italian spanish dutch danish swedish
    norwegian finnish polish czech russian chinese japanese korean arabic hebrew hindi portuguese brazilian mexican
    indian african european asian muslim catholic jewish एक und oder aber der die das den dem ein eine einen ist
    sind war im zu von mit für auf aus bei nach vor nicht auch ich du er sie es wir ihr mein dein sein wie wer wo
    wann warum bitte danke hallo guten le la les une des et ou est sont dans sur avec pour par pas je tu il nous
    vous ils elles mon ton son mes que qui quoi quand comment pourquoi bonjour merci el una unos y o en con por para
    yo tú usted él ella nosotros mi su qué quién cuándo dónde cómo hola gracias buenos lo gli uno e è sono nel non
    io lui lei noi mio suo che chi come quando dove perché ciao grazie het een zijn niet ik jij hij zij wij mijn
    jouw hoe wat waar waarom hoi dank os um uma em não eu você ele ela meu seu como onde obrigado olá и в на по не
    что это как я ты он она мы вы они
    """
)

MAY_BE_WORDS: Final = _words(
    # Listed as names somewhere, and words or things far more often, or often enough to ask for a second cue.
    """
    abbot abode ace active ada adelaide agent alert alexa alpha amazon amber amen america amor anchor angel anon
    ants apple april arch aria arm armor art arts asia atlas august aura author azure baby bail baker ball ban banks
    bar bard bare baron base basil bass bat bath bay beach bean bear beard beat beauty bee beer begin bell belle
    bench bend bent berry beta bids big bil bill bills binder bins bird bishop bit bite black blank blaze bliss
    block bloom blossom blow blue board boat bode bond bone bones book boom boon boot booth boss both bow bowl
    bowler bowman box boy brain branch brand brands brass brave bravo bread breeze brick bride bridge bridges bright
    brink broom brother brown brush buck bud bull bunny burger burn burns bury bush bust butcher butler button cable
    cadence cake call calla camp campaign camps canal candy canning cannon cap cape caps captain car card care cares
    carpenter carrier carry cart carton case cases cash cast castle cat cause cave ceil cell century chains chair
    chamber chambers chan champagne chance chapel chapman char charity charm chart chase cheek cheer cherish cherry
    chess chest chief child chili chin china chip choice christian chrome chuck church cinnamon circle city clark
    class claude clay clear cliff close cloud clover club coach coast coca code coffin coin cola cold coll collie
    colon colt comber combs comer comet comfort comment commons company con conn constant contractor convey cook
    cool cools cooper cop cope copper coral cord core corn corona council count course cousin cousins couture cove
    cover cox craft crane creed cross crow crown cruise crystal cure curry curtain cute dag dale dam dame dance dare
    dark darling dart darwin dash dass data date dawn day days deal dean dear death deck deep deer delight delta den
    desert destiny dev dew dia dial diamond dice die dig dill dimple dine dip disco diva divine dixon do doc dock
    doctor doe doll dolphin dom domain domino doom door dot dove downs draft dragon drake dream dreams dress drew
    dries drop drum duck duke dunes dust dusty dutch earl early earth ease east echo eco eden edge elder elf ell elm
    ember emerald emeralds emit empress ends engine era essence eta euro eve event ever everest eye faber fable fair
    fairy faith faithful falcon fall fame fan fancy far fares farm farmer fast fate favor fear feather fee feline
    fern ferry fibonacci fiction field fields fig fin fine finn fire fisher fit flag flash flask fleet flint flood
    floor flora florence flow flower flowers fly fog folk font foot force ford forest forever forge forget fortune
    forum foster fountain fowler fox frame frank free freely freeman fresh friend frost fry fuller fun funk future
    gale gallery game gang garden garland garnet gate gates gather gauge gay gem gemini gene general genesis genie
    ghost gift ginger glad glass glasses globe gloria glory glow goal gold golden good goose gore grab grace grain
    grand grant grass grave gravel gray great green greet grey grid griffin grill grim gross ground grove guard
    guest guide gun gust guy hacker hail hair half hall halls ham hammer hand handler hands handy happy hard harden
    hardy harm harmony harsh hart harvest hasty haven hawk hay hazel head heart heath heather heaven heavy hedge
    heel held herb herd hero heron hex hill hills hind hip holder hole holiday holly home honda honey honor honest
    hood hook hoop hop hope horn horse hose host hour house hug hull human humble hunt hunter hurt husky ice icon
    icy image index infant ink innocent iris iron island ivory ivy jade jam jar jasmine java jet jewel job jobs joke
    jolly jordan journey joy judge julia jungle junior junk june jury just justice kale karma key kick kid kidney
    killer kind king kings kiss kit kitchen kite knight lab label lace lad lady lake lamb lamp lance land lane lang
    large lark laurel lavender law lawyer lead leaf leafy lean legend lemon level lex liberty lie lies life light
    lightning lily lime line link lion lips lira little lively llama llamas load loan loch lock locks log long look
    lord lore lot lotus love lovely low loyal luck lucky luna lung lush lux lyric mac mace mage magic magnolia maid
    main major male mall mama mamba man mango manner maple marble marina marine mark market marks marry mars marsh
    martial marvel mason mast master mat match mate mater math max maxima may mayor meadow meadows media melody
    mentor merchant mercedes mercury mercy merit merry mesa meta metal metro middle midnight might mighty mild mile
    miles mill miller min mind ming mini minor mint mir miracle mist modern moment money monk month mood moody moon
    moons moor moral moss most mother motley mount mountain mouse move muse music myth nail name nan nature neat
    neon nest network new news nickel nickels night ninja noble noon norm north nova nun nurse oak oasis ocean
    octave odd odds ode olive omega onyx opal oracle oral orange orchard order org origin orion owe pace page pages
    paint pair pal palm pan panda para paradise parent paris park parks part parts party pascal path patience paul
    peace peach peacock peak pearl peer pen penny pepper per perl petal pet phoenix pi piano pick pier pike pilgrim
    pilot pin pine ping pink pipe pitch place plain plank plant platinum play plum poem poet point pole polish pop
    pope poppy port porter post potter power powers precious press price pride priest prime primrose prince princess
    prior prosper prudence pure purity python queen quest quick quill quiet rabbit race radiant radio raid rain
    rainbow ram rand random ranger ransom rapid raven ray reader real reason rebel red reed refs reign relu renders
    repo rest rex rhyme rice rich rider riddle ridge right rim ring riot rise river rivers roach road roar rob robin
    rock rocket rocky rod rode roll roman romance rome room rooney roots rose rosemary rosette round rover royal
    ruby rule rush rust rusty sacred sad safari saffron saga sage sail sailor saint sal sale sales salmon salt sand
    sands sandy sane sang sapphire sarin save savage sawyer scarlet school science scout sea seal search season
    second secret sedan senator sense serenity server seven sever shade shadow shah shark sharp shell shepherd
    shields shine ship short siena sierra sight silence silk silver sim simple sincere sine sing singer single
    singleton sip siri sister skip sky sleep small smart smile smoke smooth snow soft sol solar soldier sole solid
    solo son song sonnet soul south spark sparks speed spice spies spirit spoon spring square st stack staff stage
    star stark stars start state steed steel steer stella sterling steward still sting stock stone storm storms
    story stout strange stream street strong style sue sugar suit suits sultan summer summers sun sung sunny sunrise
    sunshine supple surprise sus swan sweet swift sword swords sys tab tack tad tai tail tailor tan tank taylor tea
    teacher teddy temple tender terra tesla theory thorn thunder tide ties tiger tilde timber time tin tins tiny
    tips tone torrent tour tours tower town toy toyota trace track trade train travis treasure tree trinity trip
    troy true trust truth tucker turner tyre umber una unique unity universe unknown unnamed urban vain vale
    valentine valid valley van vault velvet venice venture venus versa victor victory view vine vintage viola violet
    virgin vision vista von wage walker wall walls ward warm warmer warrior wash watch water waters watt watts wave
    way weaver web wells welcome wen west western wheat wheel whisper white wild will willow win wind wing winter
    winters wise wish wit wolf wonder wood woods word work world worth wren wright xu yam yan yard year yen yi yoga
    york young yuan zen zeta zion bamboo governor maroon christians dow mats magna adventist baptist docker
    gregorian hiring islam jan kelvin nike prada sonata zara bosch siemens kubernetes jenkins abril anders bas bo
    berg che claire dan donna el ella elle else han isa jo kara li lin lina liv lotta mai mari mata nada nata norma
    rosa sam stan tom vera vida victoria
    """
)
SELDOM_NAMES: Final = _words("april august christian earl ella else job june may roman saint will")

PLACES: Final = _words(
    # Names that are places more often, and places that lists of towns miss.
    """
    adelaide africa alabama alaska alexandria arkansas connecticut delaware idaho kentucky massachusetts mississippi
    hiroshima nagasaki missouri nebraska vermont wyoming hollywood kosovo montenegro america amsterdam arizona asia
    athens atlanta austin australia austria bath bedford beijing belfast berlin boston brazil bristol brooklyn
    brussels cairo california cambridge canada carolina chad charleston charlotte chelsea chester chicago china
    cleveland cologne colorado columbia copenhagen cuba dakota dallas delhi denver detroit devon diego dublin durham
    edinburgh egypt england essex europe florence florida france francisco frankfurt geneva georgia germany glasgow
    hamburg hamilton hampshire hawaii holland houston hudson hungary illinois india indiana iowa iran iraq ireland
    israel italy jackson jamaica japan jersey jerusalem jordan kansas kent kenya korea lagos lancaster lincoln
    lisbon liverpool london los louisiana louisville lyon madison madrid maine malta manchester marseille maryland
    melbourne memphis mexico miami michigan milan milano minnesota montana montgomery montreal moscow mumbai munich
    nashville nevada newton nice norway oakland ohio oklahoma ontario oregon orlando oslo oxford pakistan palestine
    panama paris perth peru philadelphia phoenix poland portland portugal prague quebec raleigh richmond rio roma
    rome russia salem samara santa santiago savannah scotland seattle seoul shanghai shelby siena singapore spain
    stockholm sweden switzerland sydney syria tennessee texas tokyo toronto troy tunisia turin turkey ukraine
    uruguay utah valencia vancouver venice vienna vietnam virginia wales warsaw washington wellington winchester
    windsor wisconsin york zürich
    """
)

KIN_BEFORE: Final = _words(
    # A title, a relation or a greeting: what follows is a person whatever the lists say.
    """
    mr mrs ms miss mx dr prof herr herrn frau señor señora sr sra monsieur mme madame signor signora signore kid
    child son daughter wife husband brother sister mother mom mum dad uncle aunt cousin nephew niece friend
    girlfriend boyfriend fiancé fiancée roommate named grandfather grandmother grandma grandpa classmate bruder
    schwester freund freundin hermano hermana amigo amiga hijo hija esposa esposo ami amie frère sœur fils fille
    fratello sorella amico amica figlio figlia moglie marito
    """
)
ROLE_BEFORE: Final = _words(
    # The word in front is often followed by a person.
    """
    actor actress agent artist assistant author beneficiary boss boy called captain ceo chef client coach colleague
    designer detective director doctor driver editor employee engineer father girl guardian guitarist lawyer manager
    musician neighbor neighbour novelist nurse officer painter partner patient player poet president producer
    professor singer songwriter spouse starring student teacher writer met married asked asks told tells said says
    thanked invited hired phoned texted dear hi hello hey mutter vater sohn tochter mann kollege kollegin sagt sagte
    madre padre dijo dice mère père mari femme dit
    """
)
WEAK_BEFORE: Final = _words(
    "by with for to from meet meeting contact ask tell give gave call visit about like von mit para por avec"
)
ONLY_PERSONS_AFTER: Final = _words(
    "lives lived married smiled laughed cried shouted whispered sighed nodded wohnt vive habite abita woont"
)
PERSON_AFTER: Final = _words(
    # The word behind is what people do.
    """
    said says asked asks told tells replied replies answered shouted whispered thinks thought believes wants wanted
    likes liked loves loved hates lives lived works worked wrote writes spoke speaks speak married met knows knew
    feels felt decided decides bought buys sold sells ate eats earns earned pays paid spent spends drove drives
    walks walked runs ran plays played goes went got gets gave gives takes took makes made has had have needs needed
    who whose born flew came comes explained explains shared shares pointed points smiled laughed cried signed sent
    sends sagt sagte wohnt arbeitet dijo dice vive trabaja dit habite travaille disse abita lavora zei woont werkt
    """
)
WEAK_AFTER: Final = _words("is was and will would can could does did are were or ist war es era est était è")
PLACE_BEFORE: Final = _words("in at near into across throughout outside inside capital city en à bei aus nach")

ARTICLES: Final = _words("a an the this that these der die das den dem ein eine le la les un une el il lo het een os")

ORGANISATION_FORMS: Final = _words(
    """
    ab aps agency airlines as asa associates ag bank bv club college co committee company consulting corp
    corporation council department enterprises foundation gmbh group holding holdings hospital inc inc. incorporated
    industries institute international kg labs laboratories limited llc llp ltd ltd. media ministry museum nv oy oyj
    partners plc research investments insurance orchestra motors foods pictures records entertainment brothers sons
    hotels sa sarl sas school services society software solutions srl studios systems technologies technology
    university
    """
)
STREETS: Final = _words(
    """
    airport alley apt arena ave avenue beach blvd boulevard bridge building castle cathedral centre center church
    circle close county court creek crescent drive estate field forest garden gardens gate grove harbor harbour
    heights highway hill hotel island junction lake lane lodge mall mount mountain palace park parkway pass place
    plaza point port ridge river road square st stadium station street suite terrace theater theatre tower trail
    valley view village walk way wharf award cup prize theorem law equation algorithm effect method test principle
    distribution model paradox conjecture lemma formula constant act
    """
)
PLACE_HEADS: Final = _words(
    """
    los las san hong palo puerto sri buenos santa santo são st saint sankt porto port fort mount lake cape new north
    south east west rua avenida calle via rue avenue plaza piazza place hotel
    """
)
PARTICLES: Final = _words("van von zu de der den del della di da du la le el al bin ibn ten ter dos das y af av")
ENDINGS: Final = tuple(
    # Endings that surnames have in many languages and other words seldom.
    sorted(
        _words(
            """
            sson sdóttir dóttir dottir ová ský ská cki cka ński ska ić ič ovic evic ovich evich ovna
            evna enko chuk shvili adze idze idis akis poulos nen quist qvist gaard gård lund strøm ström
            berg mann stein ssen rsen lsen nsen ksen oğlu oglu ães ández ínez érez ález nez rez lez dez
            guez elli etti ucci acci aitis auskas escu eanu ssy ffy kov kova nov nova rov rova lov lova
            mov mova sov sova yev yeva aev aeva iev ieva chev cheva hara yama moto mura kawa guchi shita
            zaki saki ишвили ов ова ев ева ёв енко ский ская
            """
        )
    )
)
PLAIN_ENDINGS: Final = ("ing", "ed", "ly", "tion", "ness", "ment", "ies", "ers", "ors", "als", "ics", "ism", "ist")
ONE_LETTER_WORDS: Final = "aeioyàó\u0443яив"
